/** `cache_control`, both ways. */
import type { JsonObject } from "../../ir/json.ts";
import type { CacheMark } from "../../ir/part.ts";
import { asArray, asObject } from "../loose-json.ts";
import { type Fields, isObject, isString, openFields } from "./home.ts";

/** The API refuses a request with more. */
const MOST_MARKS = 4;

/** Takes the mark out of a block or a tool; what is no plain mark stays in its home. */
export function takeMark(fields: Fields): CacheMark | undefined {
  const control = fields.take("cache_control", isMark);
  if (!control) return undefined;
  const rest = openFields(control);
  rest.drop("type");
  const ttl = rest.take("ttl", isString);
  if (!rest.isHomeless) fields.home["$cache"] = rest.home;
  return ttl === undefined ? {} : { ttl };
}

const isMark = (value: unknown): value is JsonObject => isObject(value) && value["type"] === "ephemeral";

export function writeMark(piece: { cache?: CacheMark; home?: JsonObject }): JsonObject {
  if (!piece.cache) return {};
  const { ttl } = piece.cache;
  const control = { ...asObject(piece.home?.["$cache"]), type: "ephemeral", ...(ttl === undefined ? {} : { ttl }) };
  return { cache_control: control };
}

/**
 * Brings the marks of a request, written by this wire's encoder, to what the API takes: at most four, of which the last
 * ones cover the most; lifetimes of 5m and 1h only; and no longer one behind a shorter one. Changes the blocks in place.
 */
export function limitMarks(request: JsonObject): void {
  const marked = [...blocksOf(request)].filter((block) => block["cache_control"] !== undefined);
  for (const block of marked.slice(0, -MOST_MARKS)) delete block["cache_control"];
  let hasShort = false;
  for (const block of marked.slice(-MOST_MARKS)) {
    const isLong: boolean = asObject(block["cache_control"])?.["ttl"] === "1h" && !hasShort;
    block["cache_control"] = isLong ? { type: "ephemeral", ttl: "1h" } : { type: "ephemeral" };
    hasShort ||= !isLong;
  }
}

/** Everything that can be marked, in the order in which the prompt is put together. */
function* blocksOf(request: JsonObject): Generator<JsonObject> {
  const turns = asArray(request["messages"]).map((message) => asObject(message)?.["content"]);
  for (const list of [request["tools"], request["system"], ...turns]) {
    for (const block of asArray(list).filter(isObject)) {
      yield* asArray(block["content"]).filter(isObject);
      yield block;
    }
  }
}
