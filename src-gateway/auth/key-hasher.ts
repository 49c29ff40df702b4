import { createHmac, hash, randomBytes } from "node:crypto";

/** Turns client keys into what is stored: without the secret, the hashes of a stolen database prove nothing. */
export interface KeyHasher {
  /** HMAC-SHA256 in hex. */
  hash(token: string): string;
  /** The same with secrets of other gateways, whose keys have come here. */
  otherHashes(token: string): string[];
  /** All of them, the own one first. */
  secrets(): readonly string[];
  /** From now on keys of a gateway with this secret are recognised, too; `forget` ends that. */
  adopt(secret: string): void;
  forget(secret: string): void;
}

export function createKeyHasher(secret: string, adopted: readonly string[] = []): KeyHasher {
  const others = new Set(adopted);
  const hashWith = (key: string, token: string): string => createHmac("sha256", key).update(token).digest("hex");
  return {
    hash: (token) => hashWith(secret, token),
    otherHashes: (token) => [...others].map((each) => hashWith(each, token)),
    secrets: () => [secret, ...others],
    adopt: (other) => void (other !== secret && others.add(other)),
    forget: (other) => void others.delete(other),
  };
}

/** A new client key: `tok_` and 32 random bytes. */
export const newToken = (): string => `tok_${randomBytes(32).toString("base64url")}`;

/** Enough to recognise a key by, and far too little to guess it from. */
export const prefixOf = (token: string): string => token.slice(0, 12);

/** How a key is known in memory for longer than its requests, so that the key itself is not kept. */
export const fingerprint = (token: string): string => hash("sha256", token, "base64url");
