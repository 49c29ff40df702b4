/**
 * The pieces of calls in a stream, each put to the call it belongs to. Servers number calls from 0, number all of them 0,
 * or not at all; they repeat ids and names, or give them late, or never.
 */
import type { JsonObject } from "../../ir/json.ts";
import { asObject, asText } from "../loose-json.ts";
import { createTaker } from "./chat-fields.ts";
import { readSignature } from "./message-calls.ts";
import { isJsonObject, type PartQueue, type StreamedCall } from "./part-queue.ts";

export interface CallFragments {
  /** An entry of `tool_calls` in a delta. */
  push(fragment: JsonObject): void;
  /** The older `function_call` of a delta: a single call, without an id. */
  pushLegacy(body: JsonObject): void;
}

interface Said {
  index: number | null;
  id: string | null;
  name: string | null;
  /** Null when the fragment has none. */
  args: string | null;
  /** The arguments came as an object, and so as a whole. */
  isWhole: boolean;
}

export function createCallFragments(queue: PartQueue): CallFragments {
  const byIndex = new Map<number, StreamedCall>();
  const byId = new Map<string, StreamedCall>();
  let last: StreamedCall | undefined;
  let legacy: StreamedCall | undefined;

  const begin = (home: JsonObject, isIdless: boolean): StreamedCall => {
    const call: StreamedCall = {
      kind: "call",
      id: "",
      name: "",
      custom: false,
      isIdless,
      args: "",
      signature: null,
      home,
      isClosed: false,
    };
    queue.addCall(call);
    return call;
  };
  const find = (said: Said): StreamedCall | undefined => {
    const known = said.id === null ? undefined : byId.get(said.id);
    if (known) return known;
    const inPlace = said.index === null ? last : byIndex.get(said.index);
    // More of some call, in a place where none has begun: there is only one it can belong to.
    if (!inPlace) return said.id === null && said.name === null ? last : undefined;
    if (said.id !== null && inPlace.id !== "") return undefined;
    return isAnother(inPlace, said) ? undefined : inPlace;
  };

  return {
    push(fragment) {
      const isCustom = fragment["type"] === "custom" || asObject(fragment["custom"]) !== null;
      const body = asObject(fragment[isCustom ? "custom" : "function"]) ?? {};
      const said = read(fragment, body, isCustom ? "input" : "arguments");
      const call = find(said) ?? begin(restOf(fragment), false);
      call.custom ||= isCustom;
      call.signature ??= readSignature(fragment);
      if (said.id !== null && call.id === "") {
        call.id = said.id;
        byId.set(said.id, call);
      }
      if (said.index !== null) byIndex.set(said.index, call);
      last = call;
      extend(call, said);
    },
    pushLegacy(body) {
      legacy ??= begin({ $legacy: true }, true);
      extend(legacy, read({}, body, "arguments"));
    },
  };
}

function read(fragment: JsonObject, body: JsonObject, argsName: string): Said {
  const index = fragment["index"];
  const args = body[argsName];
  const object = asObject(args);
  return {
    index: typeof index === "number" ? index : null,
    id: asText(fragment["id"]),
    name: asText(body["name"]),
    args: object ? JSON.stringify(object) : asText(args),
    isWhole: object !== null,
  };
}

/** A name where there is one already: another call, unless this server repeats the name in each piece. */
function isAnother(call: StreamedCall, said: Said): boolean {
  if (said.name === null || call.name === "") return false;
  if (said.name !== call.name) return true;
  return said.args !== null && said.args.trim() !== "" && isJsonObject(call.args);
}

function extend(call: StreamedCall, said: Said): void {
  if (call.isClosed) return;
  if (call.name === "" && said.name !== null) call.name = said.name;
  if (said.args === null) return;
  // Some servers say the whole once more at the end.
  const isRepeated = said.isWhole ? call.args !== "" : /^\s*\{/.test(said.args) && isJsonObject(call.args);
  if (!isRepeated || call.custom) call.args += said.args;
}

function restOf(fragment: JsonObject): JsonObject {
  const fields = createTaker(fragment);
  for (const name of ["index", "id", "type", "function", "custom"]) fields.any(name);
  if (readSignature(fragment) !== null) fields.any("extra_content");
  return fields.rest();
}
