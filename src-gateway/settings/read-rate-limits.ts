import type { Node } from "yaml";
import { RATE_SCOPES, type RateLimitConfig, type RateMaxima } from "./budget-types.ts";
import { given } from "./read-conditions.ts";
import {
  choice,
  count,
  type Entry,
  readId,
  readOnly,
  readSchedule,
  readZone,
  refuseMissing,
  refuseTwice,
} from "./read-limit-parts.ts";
import type { YamlReader } from "./yaml-reader.ts";

const MAXIMA = ["requests_per_minute", "tokens_per_minute", "concurrent"];

/** The entries of `rate_limits:`. */
export function readRateLimits(reader: YamlReader, node: Node | undefined): RateLimitConfig[] {
  const items = reader.items(node, "rate_limits");
  const limits = items.flatMap((item, index) => readRateLimit(reader, item, `rate_limits[${index}]`) ?? []);
  refuseTwice(limits, (index) =>
    reader.refuse(items[index], `rate_limits[${index}].id`, "stands twice", "give each limit an id of its own"),
  );
  return limits;
}

function readRateLimit(reader: YamlReader, node: Node, key: string): RateLimitConfig | null {
  const members = reader.members(node, key, ["id", "per", "only", ...MAXIMA, "time_zone", "schedule"]);
  if (!members) return null;
  const entry: Entry = { reader, node, members, key };
  refuseMissing(entry, "per", `one of ${RATE_SCOPES.join(", ")}`);
  const per = choice(entry, "per", RATE_SCOPES);
  const only = readOnly(entry, per ?? "");
  const maxima = readMaxima(entry);
  if (!MAXIMA.some((name) => members.has(name)) && !members.has("schedule"))
    reader.refuse(node, key, "limits nothing", `one or more of ${MAXIMA.join(", ")}`);
  const schedule = readSchedule(entry, MAXIMA, readMaxima);
  const timeZone = readZone(entry);
  const id = readId(entry) ?? [per ?? "", ...(only ?? [])].join(":");
  if (per === null) return null;
  return { id, per, ...(only ? { only } : {}), ...maxima, schedule, timeZone, where: reader.where(node) };
}

function readMaxima(entry: Entry): RateMaxima {
  return given<RateMaxima>({
    requestsPerMinute: count(entry, "requests_per_minute"),
    tokensPerMinute: count(entry, "tokens_per_minute"),
    concurrent: count(entry, "concurrent"),
  });
}
