/**
 * Cuts a text where it has no boundaries of its own.
 *
 * A tokenizer first splits at the borders of words, numbers, spaces and signs, then merges inside each piece in a time
 * that grows with the square of the piece: 100,000 spaces take seconds. A cut inside a run changes the count by a token
 * or so.
 */

/** Longer than what people and programs write between two borders. */
export const MAX_RUN_UNITS = 128;

const LETTER = 1;
const DIGIT = 2;
const SPACE = 3;
const SIGN = 4;
/** Beyond ASCII: letter, space or sign, which is looked up nowhere. It goes on with whatever run it stands in. */
const ANY = 0;

const CLASSES = Uint8Array.from({ length: 128 }, (_, unit) => {
  const char = String.fromCharCode(unit);
  if (/[A-Za-z]/.test(char)) return LETTER;
  if (/[0-9]/.test(char)) return DIGIT;
  return /\s/.test(char) ? SPACE : SIGN;
});

/** @returns pieces that make up `text`, and in which no run is longer than MAX_RUN_UNITS. Most texts are one piece. */
export function cutRuns(text: string): string[] {
  const pieces: string[] = [];
  let pieceStart = 0;
  let runStart = 0;
  let runClass = ANY;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    const unitClass = CLASSES[unit] ?? ANY;
    if (unitClass !== ANY && unitClass !== runClass) {
      if (runClass !== ANY) runStart = at;
      runClass = unitClass;
    }
    if (at - runStart >= MAX_RUN_UNITS && !isInsidePair(text, at)) {
      pieces.push(text.slice(pieceStart, at));
      pieceStart = at;
      runStart = at;
      runClass = unitClass;
    }
  }
  pieces.push(pieceStart === 0 ? text : text.slice(pieceStart));
  return pieces;
}

/** Between the two units of one character. Halves without their other half are cut like everything else. */
function isInsidePair(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xdc00 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800;
}
