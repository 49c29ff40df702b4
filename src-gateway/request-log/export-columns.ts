/** Exchanges as flat rows, for tables outside the gateway. */
import { type ExchangeRecord, requestIdOf } from "../ir/exchange-record.ts";

export type ExportValue = string | number | boolean | null;

export interface ExportColumn {
  name: string;
  /** `big` is a whole number beyond 32 bits. */
  kind: "text" | "big" | "whole" | "flag";
  value: (record: ExchangeRecord) => ExportValue;
}

const column = (
  name: string,
  kind: ExportColumn["kind"],
  value: (record: ExchangeRecord) => ExportValue,
): ExportColumn => ({ name, kind, value });

export const EXPORT_COLUMNS: readonly ExportColumn[] = [
  column("id", "big", ({ id }) => id),
  column("request_id", "text", ({ id }) => requestIdOf(id)),
  column("time", "text", ({ id }) => new Date(id / 1000).toISOString()),
  column("user_id", "big", ({ userId }) => userId),
  column("api_key_id", "big", ({ apiKeyId }) => apiKeyId),
  column("agent", "text", ({ agent }) => agent),
  column("session", "text", ({ session }) => session),
  column("project", "text", ({ project }) => project),
  column("git_branch", "text", ({ gitBranch }) => gitBranch),
  column("surface", "text", ({ surface }) => surface),
  column("stream", "flag", ({ stream }) => stream),
  column("model_asked", "text", ({ modelAsked }) => modelAsked),
  column("model_routed", "text", ({ modelRouted }) => modelRouted),
  column("model_served", "text", ({ modelServed }) => modelServed),
  column("provider", "text", ({ provider }) => provider),
  column("attempts", "whole", ({ attempts }) => attempts.length),
  column("outcome", "text", ({ outcome }) => outcome),
  column("status", "whole", ({ status }) => status),
  column("error_code", "text", ({ errorCode }) => errorCode),
  column("error_message", "text", ({ errorMessage }) => errorMessage),
  column("finish_reason", "text", ({ finishReason }) => finishReason),
  column("queue_us", "big", ({ queueUs }) => queueUs),
  column("first_byte_us", "big", ({ firstByteUs }) => firstByteUs),
  column("first_token_us", "big", ({ firstTokenUs }) => firstTokenUs),
  column("total_us", "big", ({ totalUs }) => totalUs),
  column("input_uncached", "big", ({ usage }) => usage.inputUncached),
  column("cache_read", "big", ({ usage }) => usage.cacheRead),
  column("cache_write_5m", "big", ({ usage }) => usage.cacheWrite5m),
  column("cache_write_1h", "big", ({ usage }) => usage.cacheWrite1h),
  column("output_tokens", "big", ({ usage }) => usage.output),
  column("reasoning", "big", ({ usage }) => usage.reasoning),
  column("usage_source", "text", ({ usageSource }) => usageSource),
  column("cost_nano_usd", "big", ({ cost }) => cost?.nano ?? null),
  column("bytes_in", "big", ({ bytesIn }) => bytesIn),
  column("bytes_out", "big", ({ bytesOut }) => bytesOut),
  column("joined_to", "big", ({ joinedTo }) => joinedTo),
  column("runaway", "text", ({ runaway }) => runaway),
  column("own_input", "big", ({ own }) => own?.input ?? null),
  column("own_output", "big", ({ own }) => own?.output ?? null),
  column("replay_of", "big", ({ replayOf }) => replayOf),
];
