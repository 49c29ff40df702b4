/** An exchange as spans: the server's own, and one below it for each try at a provider, in the words of the GenAI conventions. */
import { type Attributes, type HrTime, SpanKind, SpanStatusCode, TraceFlags } from "@opentelemetry/api";
import type { Resource } from "@opentelemetry/resources";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_SERVER_ADDRESS,
  ATTR_URL_PATH,
} from "@opentelemetry/semantic-conventions";
import {
  ATTR_GEN_AI_CONVERSATION_ID,
  ATTR_GEN_AI_INPUT_MESSAGES,
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_OUTPUT_MESSAGES,
  ATTR_GEN_AI_PROVIDER_NAME,
  ATTR_GEN_AI_REQUEST_MODEL,
  ATTR_GEN_AI_REQUEST_STREAM,
  ATTR_GEN_AI_RESPONSE_FINISH_REASONS,
  ATTR_GEN_AI_RESPONSE_MODEL,
  ATTR_GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK,
  ATTR_GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_OUTPUT_TOKENS,
  ATTR_GEN_AI_USAGE_REASONING_OUTPUT_TOKENS,
} from "@opentelemetry/semantic-conventions/incubating";
import { type AttemptRecord, type ExchangeRecord, requestIdOf } from "../../ir/exchange-record.ts";
import { inputTotal } from "../../ir/usage.ts";
import { attemptSpanId } from "../trace-context.ts";
import { operationOf, providerNameOf } from "./gen-ai-words.ts";
import type { ToldExchange, ToldProvider } from "./types.ts";

export interface SpanMaker {
  resource: Resource;
  version: string;
  providerOf: (id: string) => ToldProvider | null;
}

export function spansOf(told: ToldExchange, maker: SpanMaker): ReadableSpan[] {
  const { record, trace } = told;
  const server = span(maker, {
    traceId: trace.traceId,
    spanId: trace.spanId,
    parentSpanId: trace.parentSpanId,
    name: `${told.method ?? "WS"} ${record.surface}`,
    kind: SpanKind.SERVER,
    startUs: record.id,
    endUs: record.id + (record.totalUs ?? 0),
    error: record.outcome === "completed" ? null : (record.errorCode ?? record.outcome),
    // A refusal is the client's fault, and no error of this server.
    isFault: record.outcome === "failed" || record.outcome === "failed_midstream",
    attributes: serverAttributes(told),
  });
  const attempts = record.attempts.map((attempt, place) =>
    span(maker, {
      traceId: trace.traceId,
      spanId: attemptSpanId(trace.spanId, place + 1),
      parentSpanId: trace.spanId,
      name: `${operationOf(record.surface) ?? record.surface} ${attempt.model}`.trim(),
      kind: SpanKind.CLIENT,
      startUs: record.id + attempt.startedUs,
      endUs: record.id + (attempt.endedUs ?? record.totalUs ?? attempt.startedUs),
      error: attempt.errorCode,
      isFault: attempt.errorCode !== null,
      attributes: attemptAttributes(told, attempt, place, maker),
    }),
  );
  return [...attempts, server];
}

function serverAttributes({ record, method, path, clientRequestId, content }: ToldExchange): Attributes {
  const { cost } = record;
  return present({
    [ATTR_HTTP_REQUEST_METHOD]: method,
    [ATTR_URL_PATH]: path,
    [ATTR_HTTP_RESPONSE_STATUS_CODE]: record.status,
    ...genAi(record),
    [ATTR_GEN_AI_REQUEST_MODEL]: record.modelAsked,
    [ATTR_GEN_AI_INPUT_MESSAGES]: content?.input,
    [ATTR_GEN_AI_OUTPUT_MESSAGES]: content?.output,
    "gateway.request_id": requestIdOf(record.id),
    "gateway.client_request_id": clientRequestId,
    "gateway.surface": record.surface,
    "gateway.outcome": record.outcome,
    "gateway.provider": record.provider,
    "gateway.agent": record.agent,
    "gateway.project": record.project,
    "gateway.user_id": record.userId,
    "gateway.api_key_id": record.apiKeyId,
    "gateway.attempts": record.attempts.length,
    "gateway.cost_nano_usd": cost?.nano,
    "gateway.joined_to": record.joinedTo === null ? null : requestIdOf(record.joinedTo),
  });
}

function attemptAttributes(
  { record }: ToldExchange,
  attempt: AttemptRecord,
  place: number,
  { providerOf }: SpanMaker,
): Attributes {
  const provider = providerOf(attempt.provider);
  const answered = attempt.errorCode === null && place === record.attempts.length - 1;
  return present({
    ...(answered ? genAi(record) : { [ATTR_GEN_AI_OPERATION_NAME]: operationOf(record.surface) }),
    [ATTR_GEN_AI_PROVIDER_NAME]: providerNameOf(provider?.kind ?? attempt.provider),
    [ATTR_GEN_AI_REQUEST_MODEL]: attempt.model,
    [ATTR_GEN_AI_REQUEST_STREAM]: record.stream,
    [ATTR_HTTP_RESPONSE_STATUS_CODE]: attempt.status,
    [ATTR_SERVER_ADDRESS]: provider?.host,
    [ATTR_GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK]:
      answered && record.firstTokenUs !== null ? (record.firstTokenUs - attempt.startedUs) / 1_000_000 : null,
    "gateway.provider": attempt.provider,
    "gateway.attempt": place + 1,
    "gateway.attempt.reason": attempt.reason,
  });
}

function genAi(record: ExchangeRecord): Attributes {
  const { usage } = record;
  const isKnown = record.usageSource !== "none";
  return {
    [ATTR_GEN_AI_OPERATION_NAME]: operationOf(record.surface),
    [ATTR_GEN_AI_RESPONSE_MODEL]: record.modelServed,
    [ATTR_GEN_AI_RESPONSE_FINISH_REASONS]: record.finishReason === null ? null : [record.finishReason],
    [ATTR_GEN_AI_CONVERSATION_ID]: record.session,
    [ATTR_GEN_AI_USAGE_INPUT_TOKENS]: isKnown ? inputTotal(usage) : null,
    [ATTR_GEN_AI_USAGE_OUTPUT_TOKENS]: isKnown ? usage.output : null,
    [ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS]: isKnown ? usage.cacheRead : null,
    [ATTR_GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS]: isKnown ? usage.cacheWrite5m + usage.cacheWrite1h : null,
    [ATTR_GEN_AI_USAGE_REASONING_OUTPUT_TOKENS]: isKnown && usage.reasoning > 0 ? usage.reasoning : null,
  };
}

function present(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== null && value !== undefined));
}

interface SpanFacts {
  traceId: string;
  spanId: string;
  parentSpanId: string | null;
  name: string;
  kind: SpanKind;
  startUs: number;
  endUs: number;
  /** Null when all was well. */
  error: string | null;
  isFault: boolean;
  attributes: Attributes;
}

/** Finished spans, as an exporter takes them: everything about them is known by now. */
function span({ resource, version }: SpanMaker, facts: SpanFacts): ReadableSpan {
  const { traceId, parentSpanId, startUs, error } = facts;
  const traceFlags = TraceFlags.SAMPLED;
  const context = { traceId, spanId: facts.spanId, traceFlags };
  const endUs = Math.max(startUs, facts.endUs);
  return {
    name: facts.name,
    kind: facts.kind,
    spanContext: () => context,
    ...(parentSpanId === null ? {} : { parentSpanContext: { traceId, spanId: parentSpanId, traceFlags } }),
    startTime: hrTime(startUs),
    endTime: hrTime(endUs),
    duration: hrTime(endUs - startUs),
    status: { code: facts.isFault ? SpanStatusCode.ERROR : SpanStatusCode.UNSET },
    attributes: error === null ? facts.attributes : { ...facts.attributes, [ATTR_ERROR_TYPE]: error },
    links: [],
    events: [],
    ended: true,
    resource,
    instrumentationScope: { name: "tokligence-gateway", version },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

const hrTime = (us: number): HrTime => [Math.floor(us / 1_000_000), (us % 1_000_000) * 1_000];
