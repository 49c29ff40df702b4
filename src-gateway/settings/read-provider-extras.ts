/** The parts of a provider in which people put keys: unknown members, headers and options. */
import { isMap, isScalar, isSeq, type Node } from "yaml";
import { baseUrlProblem } from "./base-url.ts";
import { HOW_TO_GIVE_KEYS } from "./credential-ref.ts";
import { looksLikeKey, quote } from "./secret-text.ts";
import type { YamlReader } from "./yaml-reader.ts";

export const CLEAR_TEXT = "a key must not stand in this file in clear text";
const HINT = `leave it out, and ${HOW_TO_GIVE_KEYS.replace("write", "write credential:")}`;

export const CLEAR_KEY_NAMES =
  /^(?:(?:[\w-]*[_-])?(?:api[_-]?key|secret(?:[_-](?:access[_-])?key)?|token|password)|key|apikey|auth)$/i;

const CREDENTIAL_HEADERS = new Set([
  "authorization",
  "proxy-authorization",
  "x-api-key",
  "api-key",
  "x-goog-api-key",
  "x-auth-token",
  "cookie",
]);

/** Set by the gateway for each request; another value would break it. */
const FRAMING_HEADERS = new Set([
  "host",
  "content-length",
  "transfer-encoding",
  "connection",
  "content-encoding",
  "expect",
  "upgrade",
  "te",
  "trailer",
]);

export function refuseClearKeys(reader: YamlReader, node: Node, key: string): void {
  if (!isMap(node)) return;
  for (const [name, value] of reader.entries(node)) {
    if (CLEAR_KEY_NAMES.test(name)) reader.refuse(value, `${key}.${name}`, CLEAR_TEXT, HINT);
  }
}

export function readHeaders(reader: YamlReader, node: Node | undefined, key: string): Record<string, string> | null {
  if (node === undefined) return null;
  if (!isMap(node)) {
    reader.refuse(node, key, "must be a map of names to values");
    return null;
  }
  const headers: [string, string][] = [];
  for (const [name, value] of reader.entries(node)) {
    const header = name.toLowerCase();
    const place = `${key}.${quote(name)}`;
    if (
      CREDENTIAL_HEADERS.has(header) ||
      (isScalar(value) && typeof value.value === "string" && looksLikeKey(value.value))
    ) {
      reader.refuse(value, place, CLEAR_TEXT, HINT);
      continue;
    }
    const text = reader.text(value, place);
    if (text === null) continue;
    if (FRAMING_HEADERS.has(header)) reader.refuse(value, place, "is set by the gateway itself");
    else if (!/^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(header) || !/^[\x20-\x7e\x80-\xff]+$/.test(text)) {
      reader.refuse(
        value,
        place,
        "is no header that can be sent",
        "letters, digits and dashes in its name, Latin letters in its value",
      );
    } else headers.push([header, text]);
  }
  return Object.fromEntries(headers);
}

/** Whatever the kind wants; keys, and addresses that hold one, are refused at any depth. */
export function readOptions(reader: YamlReader, node: Node | undefined, key: string): Record<string, unknown> | null {
  if (node === undefined) return null;
  if (!isMap(node)) {
    reader.refuse(node, key, "must be a map of names to values");
    return null;
  }
  const before = reader.problems.length;
  refuseKeysWithin(reader, node, key);
  const urls = reader.entries(node).get("base_urls");
  if (isMap(urls)) {
    for (const [name, value] of reader.entries(urls)) {
      const text = reader.text(value, `${key}.base_urls.${quote(name)}`);
      const refusal = text === null ? null : baseUrlProblem(text);
      if (refusal) reader.refuse(value, `${key}.base_urls.${quote(name)}`, refusal.problem, refusal.hint);
    }
  } else if (urls) reader.refuse(urls, `${key}.base_urls`, "must be a map of protocols to addresses");
  return reader.problems.length > before ? null : (node.toJSON() as Record<string, unknown>);
}

function refuseKeysWithin(reader: YamlReader, node: Node, key: string): void {
  if (isScalar(node) && typeof node.value === "string" && looksLikeKey(node.value))
    reader.refuse(node, key, CLEAR_TEXT, HINT);
  if (isSeq(node)) for (const item of reader.items(node, key)) refuseKeysWithin(reader, item, key);
  if (!isMap(node)) return;
  refuseClearKeys(reader, node, key);
  for (const [name, value] of reader.entries(node)) {
    if (!CLEAR_KEY_NAMES.test(name)) refuseKeysWithin(reader, value, `${key}.${quote(name)}`);
  }
}
