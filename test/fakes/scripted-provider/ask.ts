/** What the wires' ways of asking have in common. */
import type { Ask } from "./types.ts";

/** What came after the model's last word. Some agents let a message of the user follow what a tool gave back. */
export const afterLast = <Item>(items: Item[], isModels: (item: Item) => boolean): Item[] =>
  items.slice(items.findLastIndex(isModels) + 1);

/** The media type that a data URL names. */
export const mediaTypeOf = (url: string): string => /^data:([^;,]+)/.exec(url)?.[1] ?? "url";

/** @param choice the name of a tool, or the wire's word for none, some or any; null when nothing was chosen. */
export function chosenFirst(tools: Ask["tools"], choice: string | null): Ask["tools"] {
  if (choice?.toLowerCase() === "none") return [];
  return [...tools.filter((tool) => tool.name === choice), ...tools.filter((tool) => tool.name !== choice)];
}
