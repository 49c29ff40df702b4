/** Cuts and joins lists of items as text: they can be long, and nothing needs their values. Pure. */
import { scanJson } from "../lib/json-scan.ts";
import type { ItemsText } from "./types.ts";

/** @param list JSON text of a list. */
export function insideOfList(list: string): ItemsText | null {
  const inside = list.slice(list.indexOf("[") + 1, list.lastIndexOf("]")).trim();
  return inside === "" ? null : inside;
}

/** The items that a client gets for what it wrote as `input`. @param input JSON text of a string, a list or null. */
export function itemsOfInput(input: string): ItemsText | null {
  if (input.startsWith("[")) return insideOfList(input);
  if (!input.startsWith('"')) return null;
  return `{"type":"message","role":"user","content":[{"type":"input_text","text":${input}}]}`;
}

/** @param response JSON text of a response. */
export function outputOf(response: string): ItemsText | null {
  const bytes = Buffer.from(response);
  const output = scanJson(bytes).members.get("output");
  return output?.kind === "array" ? insideOfList(bytes.toString("utf8", output.start, output.end)) : null;
}
