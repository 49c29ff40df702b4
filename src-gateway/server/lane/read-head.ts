/**
 * Reads the head of a usual request. Pure, and not a parser of HTTP: it knows the one shape that clients of models send,
 * and whatever differs by a byte is left to `node:http`, which then judges it. So nothing here has to be called wrong.
 */
import type { IncomingHttpHeaders } from "node:http";

export interface UsualHead {
  /** The request target, which begins with a slash. */
  url: string;
  /** Names in lower case, in the order in which they came; each came once. */
  headers: IncomingHttpHeaders;
  bodyBytes: number;
  /** The client wants the connection closed after its answer. */
  isLast: boolean;
}

const BEGIN = "POST /";
const VERSION = " HTTP/1.1";
const MAX_HEADERS = 64;
const MAX_LENGTH_DIGITS = 15;

const IN_TARGET = 1;
const IN_NAME = 2;
const IN_VALUE = 4;
const CLASSES = classes();

/** They change what a message is or how long, ask for more than an answer, or come from a browser's page. */
const UNUSUAL = new Set([
  "transfer-encoding",
  "expect",
  "upgrade",
  "trailer",
  "te",
  "keep-alive",
  "http2-settings",
  "origin",
  "__proto__",
]);
const UNUSUAL_BEGINNINGS = ["proxy-", "sec-", "access-control-"];

/**
 * @param text one whole head with its empty line, each byte a character.
 * @returns null for what is not usual.
 */
export function readHead(text: string): UsualHead | null {
  const firstEnd = text.indexOf("\r\n");
  const urlEnd = firstEnd - VERSION.length;
  if (urlEnd < BEGIN.length || !text.startsWith(BEGIN) || !text.startsWith(VERSION, urlEnd)) return null;
  if (!isAll(IN_TARGET, text, BEGIN.length, urlEnd)) return null;
  const headers: IncomingHttpHeaders = {};
  let count = 0;
  let at = firstEnd + 2;
  const end = text.length - 2;
  while (at < end) {
    const lineEnd = text.indexOf("\r\n", at);
    const colon = text.indexOf(":", at);
    const from = text.charCodeAt(colon + 1) === 0x20 ? colon + 2 : colon + 1;
    if (colon <= at || from >= lineEnd || ++count > MAX_HEADERS) return null;
    if (!isAll(IN_NAME, text, at, colon) || !isValue(text, from, lineEnd)) return null;
    const name = text.slice(at, colon).toLowerCase();
    // Also for names that every object has.
    if (headers[name] !== undefined || isUnusual(name)) return null;
    headers[name] = text.slice(from, lineEnd);
    at = lineEnd + 2;
  }
  return at === end ? framed(text.slice(BEGIN.length - 1, urlEnd), headers) : null;
}

function framed(url: string, headers: IncomingHttpHeaders): UsualHead | null {
  const bodyBytes = lengthIn(headers["content-length"]);
  const connection = headers.connection?.toLowerCase() ?? "keep-alive";
  if (bodyBytes === null || headers.host === undefined) return null;
  if (connection !== "keep-alive" && connection !== "close") return null;
  return { url, headers, bodyBytes, isLast: connection === "close" };
}

/** Digits alone, and no zero before others. */
function lengthIn(text: string | undefined): number | null {
  if (text === undefined || text.length > MAX_LENGTH_DIGITS) return null;
  if (text.length > 1 && text.startsWith("0")) return null;
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return null;
    length = length * 10 + digit;
  }
  return length;
}

const isUnusual = (name: string): boolean =>
  UNUSUAL.has(name) || UNUSUAL_BEGINNINGS.some((beginning) => name.startsWith(beginning));

function isAll(kind: number, text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    if (((CLASSES[text.charCodeAt(at)] ?? 0) & kind) === 0) return false;
  }
  return true;
}

/** Without blanks around it: what of them belongs to a value is for others to know. */
const isValue = (text: string, from: number, to: number): boolean =>
  text.charCodeAt(from) !== 0x20 && text.charCodeAt(to - 1) !== 0x20 && isAll(IN_VALUE, text, from, to);

/** What each byte may be part of. Less than the standard allows: what clients really send is in it. */
function classes(): Uint8Array {
  const table = new Uint8Array(256);
  const allow = (kind: number, characters: string): void => {
    for (const character of characters) {
      const code = character.charCodeAt(0);
      table[code] = (table[code] ?? 0) | kind;
    }
  };
  for (let code = 0x20; code < 0x7f; code++) table[code] = IN_VALUE;
  const wordy = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
  allow(IN_NAME | IN_TARGET, wordy);
  allow(IN_TARGET, "/:?&=%+,@~!$*");
  return table;
}
