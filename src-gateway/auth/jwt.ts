/** Signed tokens of others (RFC 7519), checked without waiting for anybody. Pure but for node:crypto. */
import { constants, createPublicKey, type JsonWebKey, type KeyObject, verify } from "node:crypto";

export interface Jwt {
  header: Readonly<Record<string, unknown>>;
  claims: Readonly<Record<string, unknown>>;
  /** What the signature is over. */
  signed: Buffer;
  signature: Buffer;
}

/** Three parts in base64url. Null for what is none; nothing of it is checked yet. */
export function readJwt(token: string): Jwt | null {
  const match = /^(eyJ[\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(token);
  if (!match || token.length > MAX_LENGTH) return null;
  const [, head = "", body = "", signature = ""] = match;
  const header = readObject(head);
  const claims = readObject(body);
  if (header === null || claims === null) return null;
  return { header, claims, signed: Buffer.from(`${head}.${body}`), signature: Buffer.from(signature, "base64url") };
}

const MAX_LENGTH = 16_384;

interface Algorithm {
  hash: string | null;
  keyType: string;
  curve?: string;
  isPss?: boolean;
}

/** Public keys only: with a shared secret, everybody who can check a token could make one. */
const ALGORITHMS: Readonly<Record<string, Algorithm>> = {
  RS256: { hash: "sha256", keyType: "rsa" },
  RS384: { hash: "sha384", keyType: "rsa" },
  RS512: { hash: "sha512", keyType: "rsa" },
  PS256: { hash: "sha256", keyType: "rsa", isPss: true },
  PS384: { hash: "sha384", keyType: "rsa", isPss: true },
  PS512: { hash: "sha512", keyType: "rsa", isPss: true },
  ES256: { hash: "sha256", keyType: "ec", curve: "prime256v1" },
  ES384: { hash: "sha384", keyType: "ec", curve: "secp384r1" },
  ES512: { hash: "sha512", keyType: "ec", curve: "secp521r1" },
  EdDSA: { hash: null, keyType: "ed25519" },
};
const MIN_RSA_BITS = 2_048;

export interface VerifyingKey {
  id: string | null;
  /** The only algorithm that it may be used with, where its owner says so. */
  algorithm: string | null;
  key: KeyObject;
}

/** Null for a key that is not for signatures, or of a kind that is not taken here. */
export function readVerifyingKey(jwk: Readonly<Record<string, unknown>>): VerifyingKey | null {
  if (jwk["use"] !== undefined && jwk["use"] !== "sig") return null;
  if (jwk["kty"] === "oct") return null;
  try {
    const key = createPublicKey({ key: jwk as JsonWebKey, format: "jwk" });
    const { modulusLength } = key.asymmetricKeyDetails ?? {};
    if (key.asymmetricKeyType === "rsa" && (modulusLength ?? 0) < MIN_RSA_BITS) return null;
    return { id: textOf(jwk["kid"]), algorithm: textOf(jwk["alg"]), key };
  } catch {
    return null;
  }
}

/** Whether one of the keys has signed it. The token says which algorithm, but only one that fits the key counts. */
export function isSignedBy({ header, signed, signature }: Jwt, keys: readonly VerifyingKey[]): boolean {
  const name = textOf(header["alg"]) ?? "";
  const algorithm = Object.hasOwn(ALGORITHMS, name) ? ALGORITHMS[name] : undefined;
  // Extensions that have to be understood are understood by nobody here.
  if (!algorithm || header["crit"] !== undefined) return false;
  const id = textOf(header["kid"]);
  return keys.some((key) => {
    if (id !== null && key.id !== null && key.id !== id) return false;
    if (key.algorithm !== null && key.algorithm !== name) return false;
    return fits(key.key, algorithm) && isVerified(algorithm, key.key, signed, signature);
  });
}

function fits(key: KeyObject, { keyType, curve }: Algorithm): boolean {
  if (key.asymmetricKeyType !== keyType) return false;
  return curve === undefined || key.asymmetricKeyDetails?.namedCurve === curve;
}

function isVerified({ hash, isPss }: Algorithm, key: KeyObject, signed: Buffer, signature: Buffer): boolean {
  const padding = isPss
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : {};
  try {
    return verify(hash, signed, { key, dsaEncoding: "ieee-p1363", ...padding }, signature);
  } catch {
    return false;
  }
}

function readObject(part: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);
