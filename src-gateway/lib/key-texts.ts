/** Of this many places one is looked at for a key; what stands there already gives way. A power of two. */
const PLACES = 256;
/** Longer keys are rare. */
const LONGEST = 40;

/**
 * Texts of keys from their bytes. All bodies of a wire have the same few keys: what was made once is found by comparing some
 * bytes, which costs a tenth of making a text, and look-ups by it are faster, because its hash is known.
 */
export class KeyTexts {
  private readonly texts: string[] = Array.from({ length: PLACES }, () => "");

  /** @param hash of the bytes [start, end), which hold no escapes; any function of them. */
  textOf(bytes: Buffer, start: number, end: number, hash: number): string {
    const length = end - start;
    const place = (hash ^ (hash >>> 8)) & (PLACES - 1);
    const known = this.texts[place] ?? "";
    if (known.length === length && isTextOf(known, bytes, start)) return known;
    const text = bytes.toString("utf8", start, end);
    // As many characters as bytes: only then the comparison means what it says.
    if (length <= LONGEST && text.length === length) this.texts[place] = text;
    return text;
  }
}

function isTextOf(text: string, bytes: Buffer, start: number): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) !== bytes[start + at]) return false;
  return true;
}
