/** A page of the items that a response was asked with, as OpenAI's API lists them. Pure. */
import { GatewayError } from "../ir/errors.ts";
import type { JsonObject } from "../ir/json.ts";
import type { ItemListQuery, ItemsText } from "./types.ts";

/** @throws GatewayError invalid_request for a cursor that is none. */
export function listItems(responseId: string, items: ItemsText | null, query: ItemListQuery): JsonObject {
  const parsed = items === null ? [] : (JSON.parse(`[${items}]`) as JsonObject[]);
  const all = parsed.map((item, index) => completeItem(item, responseId, index));
  if (query.order === "desc") all.reverse();
  let begin = 0;
  if (query.after !== null) {
    begin = all.findIndex((item) => item["id"] === query.after) + 1;
    if (begin === 0) {
      throw new GatewayError("invalid_request", `There is no input item "${query.after.slice(0, 100)}".`, {
        param: "after",
      });
    }
  }
  const data = all.slice(begin, begin + query.limit);
  return {
    object: "list",
    data,
    first_id: data[0]?.["id"] ?? null,
    last_id: data.at(-1)?.["id"] ?? null,
    has_more: begin + data.length < all.length,
  };
}

/** Clients may leave out ids and write messages in short; the list has ids, by which pages are asked for, and long ones. */
function completeItem(item: JsonObject, responseId: string, index: number): JsonObject {
  const isMessage = item["type"] === "message" || (item["type"] === undefined && item["role"] !== undefined);
  const id = item["id"] ?? `${isMessage ? "msg" : "item"}_${responseId.replace(/^resp_/, "")}_in${index}`;
  if (!isMessage) return { ...item, id };
  const type = item["role"] === "assistant" ? "output_text" : "input_text";
  const { content } = item;
  return {
    type: "message",
    status: "completed",
    ...item,
    id,
    content: typeof content === "string" ? [{ type, text: content }] : content,
  };
}
