/** A short text of letters and digits that stands for a longer one. Deterministic and the same everywhere; not for secrets. */
export function shortHash(text: string, length: number): string {
  // FNV-1a twice, with different starts: 64 bits are far more than a conversation has names.
  let low = 0x811c9dc5;
  let high = 0x9747b28c;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    low = Math.imul(low ^ unit, 0x01000193) >>> 0;
    high = Math.imul(high ^ unit ^ (at & 0xff), 0x01000193) >>> 0;
  }
  const digits = low.toString(36).padStart(7, "0") + high.toString(36).padStart(7, "0");
  return digits.slice(0, length);
}
