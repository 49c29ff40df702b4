import type { Part } from "../ir/part.ts";
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

/** The same for wires that want the object as text: the text that came, if it is one. */
export function callInputText(args: string): string {
  const input = callInput(args);
  return args.trim() === "" || input["_raw"] === args ? JSON.stringify(input) : args;
}

/** The arguments as text, whether a provider sends text or the value itself; `""` for none. */
export function callArgs(input: unknown): string {
  if (input === undefined || input === null) return "";
  return typeof input === "string" ? input : JSON.stringify(input);
}

/** Whether a client can do something with the part: a call that names no tool is no call. */
export const isRunnable = (part: { kind: Part["kind"]; name?: string }): boolean =>
  part.kind !== "call" || part.name !== "";
