import { asArray, asObject, type JsonObject } from "../../../src-gateway/protocols/loose-json.ts";

/** Says what is wrong with a body, through `refuse`. */
export type Demands = (body: JsonObject, refuse: (what: string) => void) => void;

export const objects = (value: unknown): JsonObject[] => asArray(value).map((each) => asObject(each) ?? {});

/** Names the members that are not on the list. */
export function onlyKnown(
  object: JsonObject,
  known: readonly string[],
  place: string,
  refuse: (what: string) => void,
): void {
  for (const key of Object.keys(object)) if (!known.includes(key)) refuse(`${place}.${key} is unknown`);
}

/** What every vendor demands of a tool of its user. */
export function demandTool(name: unknown, schema: unknown, longest: number, refuse: (what: string) => void): void {
  if (typeof name !== "string" || !/^[a-zA-Z0-9_-]+$/.test(name) || name.length > longest)
    refuse(`the name of the tool ${String(name)}`);
  if (asObject(schema)?.["type"] !== "object") refuse(`the schema of the tool ${String(name)} is none of an object`);
}
