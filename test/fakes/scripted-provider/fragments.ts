import type { Frame } from "./types.ts";

/** Cuts a text into pieces of so many characters; a character of several bytes stays whole. */
export function fragments(text: string, length: number): string[] {
  const characters = [...text];
  const pieces: string[] = [];
  for (let at = 0; at < characters.length; at += length) pieces.push(characters.slice(at, at + length).join(""));
  return pieces;
}

/** One event of a stream; Google's lines end in CRLF, and only two wires name their events. */
export function sseBytes(data: unknown, options: { event?: string; lineEnd?: string } = {}): Buffer {
  const lineEnd = options.lineEnd ?? "\n";
  const name = options.event === undefined ? "" : `event: ${options.event}${lineEnd}`;
  return Buffer.from(`${name}data: ${typeof data === "string" ? data : JSON.stringify(data)}${lineEnd}${lineEnd}`);
}

export const opening = (bytes: Buffer): Frame => ({ bytes, isOpening: true });
export const piece = (bytes: Buffer): Frame => ({ bytes, isOpening: false });
