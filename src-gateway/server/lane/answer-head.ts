/** The head of an answer, line for line as `node:http` writes it. */
import { STATUS_CODES, validateHeaderName, validateHeaderValue } from "node:http";

/** How long a connection may be silent between two requests. */
export const KEEP_ALIVE_MS = 65_000;
const KEPT = `Connection: keep-alive\r\nKeep-Alive: timeout=${KEEP_ALIVE_MS / 1_000}\r\n`;

/** Why a connection ends with an answer; "no" where it does not. */
export type Closing = "no" | "client" | "stopping";

export interface AnswerHead {
  text: string;
  /** Bytes of the body where they are declared; `chunked` where they are not; `none` where the status has no body. */
  framing: number | "chunked" | "none";
}

/** They say how a message is framed, which is said here alone. */
const OWN_NAMES = new Set(["connection", "transfer-encoding", "keep-alive", "trailer", "upgrade"]);

/** @throws TypeError as `node:http` does, for names and values that would not stay in their line. */
export function encodeAnswerHead(status: number, headers: Record<string, string>, closing: Closing): AnswerHead {
  if (!Number.isInteger(status) || status < 200 || status > 999) throw new RangeError(`Invalid status code: ${status}`);
  let lines = closing === "stopping" ? "connection: close\r\n" : "";
  let declared: string | null = null;
  let isDated = false;
  for (const name of Object.keys(headers)) {
    const value = headers[name] as string;
    const known = knownName(name);
    if (!isPlain(value)) validateHeaderValue(name, value);
    if (OWN_NAMES.has(known)) continue;
    if (known === "content-length") declared = value;
    else if (known === "date") isDated = true;
    lines += `${name}: ${value}\r\n`;
  }
  if (!isDated) lines += dateLine();
  if (closing !== "stopping") lines += closing === "client" ? "Connection: close\r\n" : KEPT;
  const framing = framingOf(status, declared);
  if (framing === "chunked") lines += "Transfer-Encoding: chunked\r\n";
  return { text: `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "unknown"}\r\n${lines}\r\n`, framing };
}

function framingOf(status: number, declared: string | null): AnswerHead["framing"] {
  if (status === 204 || status === 304) return "none";
  if (declared === null) return "chunked";
  if (!/^\d{1,15}$/.test(declared)) throw new TypeError(`Invalid content-length: "${declared.slice(0, 40)}"`);
  return Number(declared);
}

/** Few are ever sent, each often. */
const MAX_KNOWN = 500;
const known = new Map<string, string>();

/** In lower case. @throws TypeError ERR_INVALID_HTTP_TOKEN */
function knownName(name: string): string {
  let lower = known.get(name);
  if (lower === undefined) {
    validateHeaderName(name);
    lower = name.toLowerCase();
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(name, lower);
  }
  return lower;
}

function isPlain(value: string): boolean {
  if (typeof value !== "string") return false;
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code < 0x20 || code > 0x7e) return false;
  }
  return true;
}

let dateSecond = 0;
let dateText = "";

function dateLine(): string {
  const second = Math.floor(Date.now() / 1_000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateText = `Date: ${new Date(second * 1_000).toUTCString()}\r\n`;
  }
  return dateText;
}
