/**
 * Links that another program or a page hands to the app. Whoever made them is unknown, so they are read strictly: one form
 * an intent, no field twice, nothing unknown, no key. What they ask for is shown to the person before anything is done.
 */
import { CONSOLE_PAGES, type ConsolePage } from "../tray/types.ts";

export const LINK_SCHEME = "tokligence";

export type DeepLink =
  | { intent: "open"; page: ConsolePage }
  | { intent: "use"; provider: string }
  | { intent: "add"; provider: { id: string; kind: string; baseUrl: string | null } };

const MAX_LENGTH = 2_000;
const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/** Null for what is no such link. */
export function parseDeepLink(text: string): DeepLink | null {
  if (text.length > MAX_LENGTH || !/^[\x21-\x7e]+$/.test(text)) return null;
  const head = /^tokligence:\/\/([a-z]+)(?:\/([A-Za-z0-9._-]+))?\/?(\?.*)?$/.exec(text);
  const [, intent, name = "", query = ""] = head ?? [];
  const fields = readFields(query);
  if (fields === null) return null;
  switch (intent) {
    case "open": {
      const page = CONSOLE_PAGES.find((each) => each === name);
      return page !== undefined && fields.size === 0 ? { intent, page } : null;
    }
    case "use":
      return NAME.test(name) && fields.size === 0 ? { intent, provider: name } : null;
    case "add":
      return name === "provider" ? readProvider(fields) : null;
    default:
      return null;
  }
}

/** Null where a field stands twice or has no value. */
function readFields(query: string): Map<string, string> | null {
  const fields = new Map<string, string>();
  for (const [key, value] of new URLSearchParams(query)) {
    if (fields.has(key) || value === "") return null;
    fields.set(key, value);
  }
  return fields;
}

function readProvider(fields: Map<string, string>): DeepLink | null {
  const [id, kind, baseUrl = null] = [fields.get("id"), fields.get("kind"), fields.get("base_url")];
  const isKnown = [...fields.keys()].every((key) => key === "id" || key === "kind" || key === "base_url");
  if (!isKnown || id === undefined || kind === undefined || !NAME.test(id) || !NAME.test(kind)) return null;
  if (baseUrl !== null && !isBaseUrl(baseUrl)) return null;
  return { intent: "add", provider: { id, kind, baseUrl } };
}

/** Plain HTTP only to this computer: prompts would go over the network for everybody to read. */
function isBaseUrl(text: string): boolean {
  if (!URL.canParse(text) || /[^\x21-\x7e]/.test(text)) return false;
  const { protocol, hostname, username, password, search, hash } = new URL(text);
  const isHere = hostname === "localhost" || hostname === "127.0.0.1" || hostname === "[::1]";
  const isBare = username === "" && password === "" && search === "" && hash === "";
  return isBare && (protocol === "https:" || (protocol === "http:" && isHere));
}

/** The first link among the arguments of a start; systems without an event for links hand them over there. */
export const linkAmong = (args: readonly string[]): string | null =>
  args.find((arg) => arg.toLowerCase().startsWith(`${LINK_SCHEME}:`)) ?? null;
