/** Seals a value with AES-256-GCM under its name, so that a sealed value cannot be moved to another name. */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";

export interface Sealer {
  seal(name: string, value: string): string;
  /** Null when it was sealed with another key, or changed since. */
  open(name: string, sealed: string): { value: string; isCurrent: boolean } | null;
}

const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = "v1";

/** `v1.<id of the key>.<nonce, value and tag in base64url>`. The first key seals; the others still open. */
export function createSealer(keys: readonly [Buffer, ...Buffer[]]): Sealer {
  const [current] = keys;
  return {
    seal(name, value) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, current, nonce).setAAD(Buffer.from(name));
      const data = Buffer.concat([nonce, cipher.update(value, "utf8"), cipher.final(), cipher.getAuthTag()]);
      return [VERSION, idOf(current), data.toString("base64url")].join(".");
    },
    open(name, sealed) {
      const [version, id, text = ""] = sealed.split(".");
      const key = keys.find((each) => idOf(each) === id);
      const data = Buffer.from(text, "base64url");
      if (version !== VERSION || !key || data.length < NONCE_BYTES + TAG_BYTES) return null;
      try {
        const decipher = createDecipheriv(CIPHER, key, data.subarray(0, NONCE_BYTES))
          .setAAD(Buffer.from(name))
          .setAuthTag(data.subarray(-TAG_BYTES));
        const value = Buffer.concat([decipher.update(data.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
        return { value: value.toString("utf8"), isCurrent: key === current };
      } catch {
        return null;
      }
    },
  };
}

/** Says which key it is, and nothing of it. */
const idOf = (key: Buffer): string => createHash("sha256").update("seal key\n").update(key).digest("hex").slice(0, 12);
