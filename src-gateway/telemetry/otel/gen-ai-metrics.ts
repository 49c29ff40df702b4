/** The metrics that the GenAI conventions name, counted from the same records. */
import type { Meter } from "@opentelemetry/api";
import { ATTR_ERROR_TYPE } from "@opentelemetry/semantic-conventions";
import {
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_PROVIDER_NAME,
  ATTR_GEN_AI_REQUEST_MODEL,
  ATTR_GEN_AI_RESPONSE_MODEL,
  ATTR_GEN_AI_TOKEN_TYPE,
  METRIC_GEN_AI_CLIENT_OPERATION_DURATION,
  METRIC_GEN_AI_CLIENT_OPERATION_TIME_TO_FIRST_CHUNK,
  METRIC_GEN_AI_CLIENT_TOKEN_USAGE,
} from "@opentelemetry/semantic-conventions/incubating";
import type { ExchangeRecord } from "../../ir/exchange-record.ts";
import { inputTotal } from "../../ir/usage.ts";
import { operationOf, providerNameOf } from "./gen-ai-words.ts";
import type { ToldProvider } from "./types.ts";

/** Bounds that the conventions advise. */
const SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const TOKENS = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864];

export function createGenAiMetrics(
  meter: Meter,
  providerOf: (id: string) => ToldProvider | null,
): (record: ExchangeRecord) => void {
  const seconds = (name: string, description: string) =>
    meter.createHistogram(name, { unit: "s", description, advice: { explicitBucketBoundaries: SECONDS } });
  const duration = seconds(METRIC_GEN_AI_CLIENT_OPERATION_DURATION, "GenAI operation duration.");
  const firstChunk = seconds(METRIC_GEN_AI_CLIENT_OPERATION_TIME_TO_FIRST_CHUNK, "Time to the first chunk.");
  const tokens = meter.createHistogram(METRIC_GEN_AI_CLIENT_TOKEN_USAGE, {
    unit: "{token}",
    description: "Number of input and output tokens used.",
    advice: { explicitBucketBoundaries: TOKENS },
  });
  return (record) => {
    const operation = operationOf(record.surface);
    const last = record.attempts.at(-1);
    if (operation === null || last === undefined) return;
    const attributes = {
      [ATTR_GEN_AI_OPERATION_NAME]: operation,
      [ATTR_GEN_AI_PROVIDER_NAME]: providerNameOf(providerOf(last.provider)?.kind ?? last.provider),
      [ATTR_GEN_AI_REQUEST_MODEL]: last.model,
      ...(record.modelServed === null ? {} : { [ATTR_GEN_AI_RESPONSE_MODEL]: record.modelServed }),
    };
    const { errorCode } = record;
    const lasted = ((last.endedUs ?? record.totalUs ?? last.startedUs) - last.startedUs) / 1_000_000;
    duration.record(lasted, errorCode === null ? attributes : { ...attributes, [ATTR_ERROR_TYPE]: errorCode });
    if (record.firstTokenUs !== null) firstChunk.record((record.firstTokenUs - last.startedUs) / 1_000_000, attributes);
    if (record.usageSource === "none") return;
    tokens.record(inputTotal(record.usage), { ...attributes, [ATTR_GEN_AI_TOKEN_TYPE]: "input" });
    tokens.record(record.usage.output, { ...attributes, [ATTR_GEN_AI_TOKEN_TYPE]: "output" });
  };
}
