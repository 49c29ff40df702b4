/** One line of the log for each exchange, when it is over. Written out by hand: it is the only line that comes with every request. */
import { type ExchangeRecord, requestIdOf } from "../ir/exchange-record.ts";
import { inputTotal } from "../ir/usage.ts";
import type { RequestFacts } from "./open-requests.ts";

const MAX_TEXT = 200;

/** @param record free of secrets, as all are that are kept. @param nowMs since 1970. */
export function accessLine(record: ExchangeRecord, facts: RequestFacts | undefined, nowMs: number): string {
  const { usage, cost } = record;
  let line = `{"level":"info","time":"${isoOf(nowMs)}","requestId":"${requestIdOf(record.id)}"`;
  if (facts) {
    line += `,"traceId":"${facts.trace().traceId}"`;
    if (facts.clientRequestId !== null) line += text("clientRequestId", facts.clientRequestId);
    if (facts.method !== null) line += text("method", facts.method);
    if (facts.path !== null) line += text("path", facts.path);
  }
  line += `,"surface":"${record.surface}","stream":${record.stream},"status":${record.status ?? "null"}`;
  line += `,"outcome":"${record.outcome}"`;
  if (record.errorCode !== null) line += text("error", record.errorCode);
  if (record.provider !== null) line += text("provider", record.provider);
  const model = record.modelRouted ?? record.modelAsked;
  if (model !== null) line += text("model", model);
  if (record.modelAsked !== null && record.modelAsked !== model) line += text("modelAsked", record.modelAsked);
  if (record.agent !== null) line += text("agent", record.agent);
  if (record.userId !== null) line += `,"userId":${record.userId}`;
  if (record.apiKeyId !== null) line += `,"keyId":${record.apiKeyId}`;
  if (record.attempts.length > 1) line += `,"attempts":${record.attempts.length}`;
  if (record.usageSource !== "none") {
    line += `,"tokensIn":${inputTotal(usage)},"tokensCached":${usage.cacheRead},"tokensOut":${usage.output}`;
  }
  if (cost !== null) line += `,"costUsd":${decimalUsd(cost.nano)}`;
  line += `,"ms":${msOf(record.totalUs)}`;
  if (record.firstTokenUs !== null) line += `,"firstTokenMs":${msOf(record.firstTokenUs)}`;
  return `${line},"bytesIn":${record.bytesIn},"bytesOut":${record.bytesOut},"msg":"exchange"}\n`;
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

let lastMs = 0;
let lastIso = "";

/** Many requests end within one millisecond when it matters. */
function isoOf(ms: number): string {
  if (ms !== lastMs) {
    lastMs = ms;
    lastIso = new Date(ms).toISOString();
  }
  return lastIso;
}
