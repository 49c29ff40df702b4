/** Cache points as Bedrock takes them. */
import { asArray, asObject, type JsonObject } from "../loose-json.ts";

/** The API refuses a request with more. */
const MOST_POINTS = 4;

/**
 * Leaves the last four points of a request, which cover the most, and makes none live longer than one before it. Changes
 * the lists in place.
 */
export function limitCachePoints(request: JsonObject): void {
  const lists = [
    asArray(asObject(request["toolConfig"])?.["tools"]),
    asArray(request["system"]),
    ...asArray(request["messages"]).map((message) => asArray(asObject(message)?.["content"])),
  ];
  const points = lists.flatMap((list) => list.filter(isPoint));
  const surplus = new Set<unknown>(points.slice(0, -MOST_POINTS));
  for (const list of lists) {
    for (let at = list.length - 1; at >= 0; at--) if (surplus.has(list[at])) list.splice(at, 1);
  }
  let hasShort = false;
  for (const { cachePoint } of points.slice(-MOST_POINTS)) {
    if (hasShort && cachePoint["ttl"] === "1h") delete cachePoint["ttl"];
    hasShort ||= cachePoint["ttl"] !== "1h";
  }
}

const isPoint = (block: unknown): block is { cachePoint: JsonObject } =>
  asObject(asObject(block)?.["cachePoint"]) !== null;
