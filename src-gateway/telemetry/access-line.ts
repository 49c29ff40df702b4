/** One line of the log for each exchange, when it is over. Written out by hand: it is the only line that comes with every request. */
import { type ExchangeRecord, requestIdOf } from "../ir/exchange-record.ts";
import { inputTotal } from "../ir/usage.ts";
import { SteadyText } from "../lib/flat-text.ts";
import type { RequestFacts } from "./open-requests.ts";

const MAX_TEXT = 200;

/** @param record free of secrets, as all are that are kept. @param nowMs since 1970. */
export function accessLine(record: ExchangeRecord, facts: RequestFacts | undefined, nowMs: number): string {
  const { usage, cost } = record;
  let line = `${startOf(nowMs)}${facts?.requestId ?? requestIdOf(record.id)}"`;
  if (facts) {
    line += `,"traceId":"${facts.trace().traceId}"`;
    if (facts.clientRequestId !== null) line += text("clientRequestId", facts.clientRequestId);
    line += placeOf(facts);
  }
  line += kindOf(record);
  if (record.usageSource !== "none") {
    line += `,"tokensIn":${inputTotal(usage)},"tokensCached":${usage.cacheRead},"tokensOut":${usage.output}`;
  }
  if (cost !== null) line += `,"costUsd":${decimalUsd(cost.nano)}`;
  line += `,"ms":${msOf(record.totalUs)}`;
  if (record.firstTokenUs !== null) line += `,"firstTokenMs":${msOf(record.firstTokenUs)}`;
  return `${line},"bytesIn":${record.bytesIn},"bytesOut":${record.bytesOut},"msg":"exchange"}\n`;
}

/** What tells the kinds of exchanges apart: most are of the same kind as the one before. */
type Kind = Pick<ExchangeRecord, "surface" | "stream" | "status" | "outcome" | "errorCode" | "provider"> &
  Pick<ExchangeRecord, "modelRouted" | "modelAsked" | "agent" | "userId" | "apiKeyId"> & { attempts: number };

let lastKind: Kind | null = null;
const lastText = new SteadyText();

function kindOf(record: ExchangeRecord): string {
  if (lastKind !== null && isOfKind(record, lastKind)) return lastText.again();
  const { surface, stream, status, outcome, errorCode, provider } = record;
  const { modelRouted, modelAsked, agent, userId, apiKeyId } = record;
  const asked = { modelRouted, modelAsked, agent, userId, apiKeyId, attempts: record.attempts.length };
  lastKind = { surface, stream, status, outcome, errorCode, provider, ...asked };
  return lastText.put(textOfKind(lastKind));
}

const isOfKind = (record: ExchangeRecord, kind: Kind): boolean =>
  record.surface === kind.surface &&
  record.stream === kind.stream &&
  record.status === kind.status &&
  record.outcome === kind.outcome &&
  record.errorCode === kind.errorCode &&
  record.provider === kind.provider &&
  record.modelRouted === kind.modelRouted &&
  record.modelAsked === kind.modelAsked &&
  record.agent === kind.agent &&
  record.userId === kind.userId &&
  record.apiKeyId === kind.apiKeyId &&
  record.attempts.length === kind.attempts;

function textOfKind(kind: Kind): string {
  let line = `,"surface":"${kind.surface}","stream":${kind.stream},"status":${kind.status ?? "null"}`;
  line += `,"outcome":"${kind.outcome}"`;
  if (kind.errorCode !== null) line += text("error", kind.errorCode);
  if (kind.provider !== null) line += text("provider", kind.provider);
  const model = kind.modelRouted ?? kind.modelAsked;
  if (model !== null) line += text("model", model);
  if (kind.modelAsked !== null && kind.modelAsked !== model) line += text("modelAsked", kind.modelAsked);
  if (kind.agent !== null) line += text("agent", kind.agent);
  if (kind.userId !== null) line += `,"userId":${kind.userId}`;
  if (kind.apiKeyId !== null) line += `,"keyId":${kind.apiKeyId}`;
  return kind.attempts > 1 ? `${line},"attempts":${kind.attempts}` : line;
}

/** All nine digits: a program that adds lines up gets what the ledger has. */
function decimalUsd(nano: number): string {
  const amount = Math.abs(nano);
  const fraction = String(amount % 1_000_000_000).padStart(9, "0");
  return `${nano < 0 ? "-" : ""}${Math.trunc(amount / 1_000_000_000)}.${fraction}`;
}

const text = (name: string, value: string): string => `,"${name}":${quoted(value)}`;

/** Nearly all of them are the same few words, request after request. */
const MAX_WORDS = 1_000;
const words = new Map<string, string>();

function quoted(value: string): string {
  const known = words.get(value);
  if (known !== undefined) return known;
  const word = JSON.stringify(value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value);
  if (words.size >= MAX_WORDS) words.clear();
  if (value.length <= MAX_TEXT) words.set(value, word);
  return word;
}

/** In decimals, without the detour by a fraction that has to be rounded to them. */
function msOf(us: number | null): string {
  if (us === null) return "null";
  const rest = us % 1000;
  if (rest === 0) return String(us / 1000);
  return `${(us - rest) / 1000}.${rest < 10 ? "00" : rest < 100 ? "0" : ""}${rest}`;
}

let lastMethod: string | null = null;
let lastPath: string | null = null;
const lastPlace = new SteadyText();

function placeOf({ method, path }: RequestFacts): string {
  if (method === lastMethod && path === lastPath) return lastPlace.again();
  lastMethod = method;
  lastPath = path;
  return lastPlace.put((method === null ? "" : text("method", method)) + (path === null ? "" : text("path", path)));
}

let lastSecond = Number.NaN;
const lastStart = new SteadyText();

/** All up to the request's own id, but for the milliseconds, is that of many requests. */
function startOf(ms: number): string {
  const rest = ms % 1000;
  return `${startOfSecond(ms - rest)}${rest < 10 ? "00" : rest < 100 ? "0" : ""}${rest}Z","requestId":"`;
}

function startOfSecond(ms: number): string {
  if (ms === lastSecond) return lastStart.again();
  lastSecond = ms;
  return lastStart.put(`{"level":"info","time":"${new Date(ms).toISOString().slice(0, -4)}`);
}
