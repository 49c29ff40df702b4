import { isMadeOf, TOKEN, VALUE } from "./octets.ts";
import type { PlainRequest } from "./types.ts";

/** Methods that come with a body, if an empty one, and its length. */
const WITH_BODY: ReadonlySet<string> = new Set(["POST", "PUT", "PATCH"]);
/** And those without. What is asked for with others goes another way. */
const WITHOUT_BODY: ReadonlySet<string> = new Set(["GET", "DELETE"]);
/** Whoever sets one of these wants something that is not done here, or must not want it. */
const SPECIAL: ReadonlySet<string> = new Set([
  "host",
  "connection",
  "content-length",
  "transfer-encoding",
  "keep-alive",
  "upgrade",
  "expect",
]);
const MAX_HEADS = 8;

interface KnownHead {
  method: string;
  path: string;
  names: readonly string[];
  values: readonly string[];
  /** Up to the length of the body, or to the empty line where there is none. */
  bytes: Buffer;
}

/** The heads of one origin's requests. Most are the same as one of the last few: these are compared, not written anew. */
export class RequestHeads {
  readonly #host: string;
  readonly #known: KnownHead[] = [];
  #oldest = 0;

  constructor(host: string) {
    this.#host = host;
  }

  /** All but what `endOfHead` gives; null for a request that is not a usual one. */
  of({ method, path, headers, body }: PlainRequest): Buffer | null {
    for (const known of this.#known)
      if (known.method === method && known.path === path && isSame(known, headers)) return known.bytes;
    if (!WITH_BODY.has(method) && !(WITHOUT_BODY.has(method) && body.length === 0)) return null;
    const names = Object.keys(headers);
    const values = usualValues(names, headers);
    if (values === null || !path.startsWith("/") || !/^[\x21-\x7e]+$/.test(path)) return null;
    const lines = names.map((name, index) => `${name}: ${values[index]}\r\n`).join("");
    const start = `${method} ${path} HTTP/1.1\r\nhost: ${this.#host}\r\nconnection: keep-alive\r\n`;
    const bytes = Buffer.from(start + lines + (WITH_BODY.has(method) ? "content-length: " : ""), "latin1");
    this.#keep({ method, path, names, values, bytes });
    return bytes;
  }

  #keep(head: KnownHead): void {
    this.#known[this.#oldest] = head;
    this.#oldest = (this.#oldest + 1) % MAX_HEADS;
  }
}

/** What is different each time, and the empty line. */
export const endOfHead = (method: string, bodyBytes: number): string =>
  WITH_BODY.has(method) ? `${bodyBytes}\r\n\r\n` : "\r\n";

function isSame({ names, values }: KnownHead, headers: Readonly<Record<string, string>>): boolean {
  let n = 0;
  // The engine knows the places of the members in this loop alone; nothing is inherited that it would find.
  for (const name in headers) {
    if (names[n] !== name || values[n] !== headers[name]) return false;
    n++;
  }
  return n === names.length;
}

function usualValues(names: readonly string[], headers: Readonly<Record<string, string>>): string[] | null {
  const values: string[] = [];
  for (const name of names) {
    const value: unknown = headers[name];
    if (typeof value !== "string" || name === "" || SPECIAL.has(name.toLowerCase())) return null;
    if (!isMadeOf(name, TOKEN) || !isMadeOf(value, VALUE)) return null;
    values.push(value);
  }
  return values;
}
