import { asObject, type JsonObject } from "./loose-json.ts";

/** A call's arguments for wires that want an object: what is no JSON object is kept as text, in `_raw`. */
export function callInput(args: string): JsonObject {
  if (args.trim() === "") return {};
  try {
    const object = asObject(JSON.parse(args));
    if (object) return object;
  } catch {
    // Kept as text below.
  }
  return { _raw: args };
}

/** The arguments as text, whether a provider sends text or the value itself; `""` for none. */
export function callArgs(input: unknown): string {
  if (input === undefined || input === null) return "";
  return typeof input === "string" ? input : JSON.stringify(input);
}
