import { createHash, hash } from "node:crypto";

/** Lower-case hex of at least 16 digits; the parts count as one run of bytes. Given to folders that may not load Node's. */
export type HashBytes = (parts: readonly Uint8Array[]) => string;

const JOIN_BELOW_BYTES = 16 * 1024;
const room = Buffer.allocUnsafeSlow(JOIN_BELOW_BYTES);

/** Good until the next call. */
function joined(parts: readonly Uint8Array[], length: number): Buffer {
  let at = 0;
  for (const part of parts) {
    room.set(part, at);
    at += part.length;
  }
  return room.subarray(0, length);
}

export const sha256Hex: HashBytes = (parts) => {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return hash("sha256", only, "hex");
  let length = 0;
  for (const part of parts) length += part.length;
  // One call over a copy is cheaper than an object with a call for each part.
  if (length <= JOIN_BELOW_BYTES) return hash("sha256", joined(parts, length), "hex");
  const whole = createHash("sha256");
  for (const part of parts) whole.update(part);
  return whole.digest("hex");
};
