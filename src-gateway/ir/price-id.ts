/** The id under which applied prices are kept: 48 bits of their digest, so that equal prices have one id everywhere. */
export const priceIdOf = ({ digest }: { digest: string }): number => Number.parseInt(digest.slice(0, 12), 16);
