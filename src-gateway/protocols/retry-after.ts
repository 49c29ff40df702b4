/** From when on a provider may be asked again, by its own word: of all deadlines that an error answer names, the latest. */
import { asArray, asObject, asText, type JsonObject } from "./loose-json.ts";

type ProviderHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** `x-ratelimit-reset-tokens` (OpenAI and its likes), `anthropic-ratelimit-tokens-reset`. */
const RESETS = /^(?:x-)?ratelimit-reset(?:-|$)|^anthropic-ratelimit-.+-reset$/;
/** What is longer is no time that anybody waits for. */
const MAX_MS = 366 * 24 * 3_600_000;
/** Of HTTP, or of RFC 3339; others are read by guessing. */
const DATE = /^\w{3}, \d.* GMT$|^\d{4}-\d\d-\d\dT/;
const SECONDS_SINCE_1970 = 1e9;
const MS_SINCE_1970 = 1e12;

/**
 * Milliseconds, undefined when nothing is named. Points in time are measured from the answer's own `Date`; without one they
 * say nothing.
 */
export function retryAfterMs(
  headers: ProviderHeaders,
  error: JsonObject | null,
  message: string | null = null,
): number | undefined {
  const one = (name: string): string | null => {
    const value = headers[name];
    return asText(Array.isArray(value) ? value[0] : value)?.trim() ?? null;
  };
  const answeredMs = Date.parse(one("date") ?? "");
  const named = [
    numberOf(one("retry-after-ms")),
    pauseMs(one("retry-after"), answeredMs),
    ...Object.keys(headers).map((name) => (isUsedUp(name, one) ? pauseMs(one(name), answeredMs) : Number.NaN)),
    ...inBody(error),
    inWords(message),
  ].filter((ms) => !Number.isNaN(ms));
  // Some throttle and name no more than when their windows begin anew.
  const known = named.length > 0 ? named : OPENAI_RESETS.map((name) => pauseMs(one(name), answeredMs)).filter(isNumber);
  return known.length === 0 ? undefined : Math.min(Math.ceil(Math.max(0, ...known)), MAX_MS);
}

const OPENAI_RESETS = ["x-ratelimit-reset-requests", "x-ratelimit-reset-tokens"];
const isNumber = (ms: number): boolean => !Number.isNaN(ms);

/** A window that still has something left keeps nobody from asking, whenever it begins anew. */
function isUsedUp(reset: string, one: (name: string) => string | null): boolean {
  if (!RESETS.test(reset)) return false;
  const beside = (what: string): string | null => one(reset.replace("reset", what));
  return numberOf(beside("remaining")) <= 0 || beside("status") === "rejected";
}

/** A span, or a point in time as date or as seconds or milliseconds since 1970. */
function pauseMs(text: string | null, answeredMs: number): number {
  if (text === null) return Number.NaN;
  const number = numberOf(text);
  if (Number.isNaN(number)) {
    const spanMs = durationMs(text);
    return Number.isNaN(spanMs) && DATE.test(text) ? Date.parse(text) - answeredMs : spanMs;
  }
  if (number >= MS_SINCE_1970) return number - answeredMs;
  return number >= SECONDS_SINCE_1970 ? number * 1000 - answeredMs : number * 1000;
}

/** Google's RetryInfo, and the seconds that subscriptions of ChatGPT have. */
function inBody(error: JsonObject | null): number[] {
  const details = asArray(error?.["details"]).map((detail) =>
    durationMs(asText(asObject(detail)?.["retryDelay"]) ?? ""),
  );
  const seconds = error?.["resets_in_seconds"];
  return [...details, typeof seconds === "number" ? seconds * 1000 : Number.NaN];
}

/** Inside a stream there are no headers, and OpenAI says it in words: "Please try again in 11.054s." */
const inWords = (message: string | null): number =>
  durationMs(/(?:try again|retry) in ((?:\d+(?:\.\d+)?(?:ms|[hms]))+)/i.exec(message ?? "")?.[1] ?? "");

/** `1s`, `6m0s`, `20ms`, `1h2m3.5s`. */
function durationMs(text: string): number {
  const match = /^(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$/.exec(text);
  if (!match || text === "") return Number.NaN;
  const [, hours, minutes, seconds, ms] = match.map((part) => Number(part ?? 0));
  return (hours ?? 0) * 3_600_000 + (minutes ?? 0) * 60_000 + (seconds ?? 0) * 1000 + (ms ?? 0);
}

/** NaN is no number, and nothing. */
const numberOf = (text: string | null): number =>
  text === null || !/^-?\d+(?:\.\d+)?$/.test(text) ? Number.NaN : Number(text);
