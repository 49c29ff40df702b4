/** A key of 32 bytes, or the name under which the keychain has it in base64. */
export type SealKey = { bytes: Buffer } | { keychain: string };

/** 32 bytes in base64 or hexadecimal; null for everything else. */
export function readSealKey(text: string): Buffer | null {
  const clean = text.trim();
  if (/^[0-9a-f]{64}$/i.test(clean)) return Buffer.from(clean, "hex");
  const bytes = /^[A-Za-z0-9+/_-]{43}=?$/.test(clean) ? Buffer.from(clean, "base64") : null;
  return bytes?.length === 32 ? bytes : null;
}
