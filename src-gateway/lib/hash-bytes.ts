import { createHash, hash } from "node:crypto";

/** Lower-case hex of at least 16 digits; the parts count as one run of bytes. Given to folders that may not load Node's. */
export type HashBytes = (parts: readonly Uint8Array[]) => string;

export const sha256Hex: HashBytes = (parts) => {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return hash("sha256", only, "hex");
  const whole = createHash("sha256");
  for (const part of parts) whole.update(part);
  return whole.digest("hex");
};
