const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= ZERO && byte <= NINE;

/**
 * Where the JSON number that begins at `start` ends.
 * @param refuse throws, for what is none.
 */
export function numberEnd(bytes: Uint8Array, start: number, refuse: (problem: string, at: number) => never): number {
  let at = start;
  if (bytes[at] === MINUS) at++;
  if (bytes[at] === ZERO) at++;
  else if (isDigit(bytes[at])) while (isDigit(bytes[at])) at++;
  else refuse(start < bytes.length ? "Expected a value" : "The JSON text ends too early", start);
  if (bytes[at] === 0x2e) {
    at++;
    if (!isDigit(bytes[at])) refuse("Expected a digit after the decimal point", at);
    while (isDigit(bytes[at])) at++;
  }
  if (bytes[at] === 0x65 || bytes[at] === 0x45) {
    at++;
    if (bytes[at] === 0x2b || bytes[at] === MINUS) at++;
    if (!isDigit(bytes[at])) refuse("Expected a digit in the exponent", at);
    while (isDigit(bytes[at])) at++;
  }
  return at;
}
