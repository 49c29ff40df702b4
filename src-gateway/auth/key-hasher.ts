import { createHmac, hash, randomBytes } from "node:crypto";

/** Turns client keys into what is stored: without the secret, the hashes of a stolen database prove nothing. */
export interface KeyHasher {
  /** HMAC-SHA256 in hex. */
  hash(token: string): string;
}

export function createKeyHasher(secret: string): KeyHasher {
  return { hash: (token) => createHmac("sha256", secret).update(token).digest("hex") };
}

/** A new client key: `tok_` and 32 random bytes. */
export const newToken = (): string => `tok_${randomBytes(32).toString("base64url")}`;

/** Enough to recognise a key by, and far too little to guess it from. */
export const prefixOf = (token: string): string => token.slice(0, 12);

/** How a key is known in memory, so that no key itself is kept. */
export const fingerprint = (token: string): string => hash("sha256", token, "base64url");
