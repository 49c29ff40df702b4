/** Bytes of a file as text, and back: mark, encoding and size. Pure. */
import { createHash } from "node:crypto";
import { UnreadableText } from "./editors/types.ts";

const MAX_BYTES = 32 * 1024 * 1024;
const MARK = "\ufeff";

export interface DecodedFile {
  /** Without the byte order mark. */
  text: string;
  hasMark: boolean;
}

/** @throws UnreadableText for what is no UTF-8 text. */
export function decode(bytes: Uint8Array): DecodedFile {
  if (bytes.length > MAX_BYTES) throw new UnreadableText("it is larger than 32 MB");
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new UnreadableText("it is not written in UTF-8");
  }
  if (text.includes("\0")) throw new UnreadableText("it holds zero bytes, so it is no text");
  return text.startsWith(MARK) ? { text: text.slice(1), hasMark: true } : { text, hasMark: false };
}

export const encode = ({ text, hasMark }: DecodedFile): Uint8Array => Buffer.from(hasMark ? MARK + text : text, "utf8");

export const hashBytes = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
