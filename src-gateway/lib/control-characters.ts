const DELETE = 0x7f;

/**
 * Whether a text holds a character of Unicode's category Cc. The pattern for it makes the engine ask its tables of all
 * characters, at each start.
 */
export function holdsControlCharacters(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || (code >= DELETE && code < 0xa0)) return true;
  }
  return false;
}
