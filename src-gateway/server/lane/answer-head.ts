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
const REQUEST_ID = "x-request-id";
const MAX_LENGTH_DIGITS = 15;

/**
 * @param own the gateway's headers, which stand behind the others. Of a name that is said twice the last value counts, at
 * the place of the first.
 * @throws TypeError as `node:http` does, for names and values that would not stay in their line.
 */
export function encodeAnswerHead(
  status: number,
  headers: Headers,
  own: Headers,
  requestId: string,
  closing: Closing,
): AnswerHead {
  const lines = new Lines(statusLine(status) + (closing === "stopping" ? "connection: close\r\n" : ""));
  if (sharesName(own, headers)) lines.addAll({ ...headers, ...own, [REQUEST_ID]: requestId });
  else {
    lines.addAll(headers);
    lines.addAll(own);
    lines.add(REQUEST_ID, requestId);
  }
  let { text } = lines;
  if (!lines.isDated) text += dateLine();
  if (closing !== "stopping") text += closing === "client" ? "Connection: close\r\n" : KEPT;
  const framing = framingOf(status, lines.declared);
  return { text: text + (framing === "chunked" ? "Transfer-Encoding: chunked\r\n\r\n" : "\r\n"), framing };
}

type Headers = Readonly<Record<string, string>>;

function sharesName(own: Headers, headers: Headers): boolean {
  for (const name in own) if (headers[name] !== undefined) return true;
  return headers[REQUEST_ID] !== undefined || own[REQUEST_ID] !== undefined;
}

const statusLines: (string | undefined)[] = Array.from({ length: 1_000 });

function statusLine(status: number): string {
  const known = statusLines[status];
  if (known !== undefined) return known;
  if (!Number.isInteger(status) || status < 200 || status > 999) throw new RangeError(`Invalid status code: ${status}`);
  const line = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "unknown"}\r\n`;
  statusLines[status] = line;
  return line;
}

function framingOf(status: number, declared: string | null): AnswerHead["framing"] {
  if (status === 204 || status === 304) return "none";
  if (declared === null) return "chunked";
  if (declared === "" || declared.length > MAX_LENGTH_DIGITS) throw invalidLength(declared);
  let length = 0;
  for (let at = 0; at < declared.length; at++) {
    const digit = declared.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) throw invalidLength(declared);
    length = length * 10 + digit;
  }
  return length;
}

const invalidLength = (declared: string): TypeError =>
  new TypeError(`Invalid content-length: "${declared.slice(0, 40)}"`);

class Lines {
  text: string;
  declared: string | null = null;
  isDated = false;

  constructor(text: string) {
    this.text = text;
  }

  addAll(headers: Headers): void {
    // The engine knows the places of the members in this loop alone; nothing is inherited that it would find.
    for (const name in headers) this.add(name, headers[name] as string);
  }

  add(name: string, value: string): void {
    const known = knownName(name);
    const isSteady = known.changes < MAX_CHANGES;
    const isSame = isSteady && known.value === value;
    if (!isSame && !isPlain(value)) validateHeaderValue(name, value);
    if (known.isOwn) return;
    if (known.lower === "content-length") this.declared = value;
    else if (known.lower === "date") this.isDated = true;
    this.text += isSame ? steadyLine(known) : `${name}: ${value}\r\n`;
    if (isSame) known.changes = 0;
    else if (isSteady && value.length <= MAX_KNOWN_VALUE) {
      known.value = value;
      known.line = "";
      known.changes++;
    }
  }
}

/** Few are ever sent, each often. */
const MAX_KNOWN = 500;
const MAX_KNOWN_VALUE = 256;
/** A value that was another one so often in a row is not compared any more. */
const MAX_CHANGES = 16;
const knownNames = new Map<string, KnownName>();

/** A header as it was sent last. Most are sent with the same value again. */
interface KnownName {
  name: string;
  lower: string;
  isOwn: boolean;
  /** One that needs no further look; null before the first. */
  value: string | null;
  /** Empty until it is needed. */
  line: string;
  /** In a row. */
  changes: number;
}

/** @throws TypeError ERR_INVALID_HTTP_TOKEN */
function knownName(name: string): KnownName {
  let known = knownNames.get(name);
  if (known === undefined) {
    validateHeaderName(name);
    const lower = name.toLowerCase();
    known = { name, lower, isOwn: OWN_NAMES.has(lower), value: null, line: "", changes: 0 };
    if (knownNames.size >= MAX_KNOWN) knownNames.clear();
    knownNames.set(name, known);
  }
  return known;
}

/** Made anew from its bytes, it is one string to the engine, and not a tree of what it was put together from. */
function steadyLine(known: KnownName): string {
  if (known.line === "") known.line = Buffer.from(`${known.name}: ${known.value}\r\n`, "latin1").toString("latin1");
  return known.line;
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
