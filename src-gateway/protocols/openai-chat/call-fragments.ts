/**
 * The pieces of calls in a stream, each put to the call it belongs to. Servers number calls from 0, number all of them 0,
 * or not at all; they repeat ids and names, or give them late, or never.
 */
import type { JsonObject } from "../../ir/json.ts";
import { callArgs } from "../call-input.ts";
import type { EventWriter } from "../event-writer.ts";
import { asObject, asText } from "../loose-json.ts";
import { createTaker, withHome } from "./chat-fields.ts";
import { readSignature } from "./message-calls.ts";

export interface CallFragments {
  /** An entry of `tool_calls` in a delta. */
  push(fragment: JsonObject): void;
  /** The older `function_call` of a delta: a single call, without an id. */
  pushLegacy(body: JsonObject): void;
  /** Something else begins: if all calls are whole, they are over. If not, they may go on, and what begins waits. */
  closeWhole(): void;
  /** The stream is complete: calls whose id never came begin without one. */
  end(): void;
}

interface Call {
  key: string;
  id: string;
  name: string;
  isCustom: boolean;
  args: string;
  signature: string | null;
  home: JsonObject;
  isOpen: boolean;
  isClosed: boolean;
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

/** `beforeOpen` ends what stands in front of a call. */
export function createCallFragments(writer: EventWriter, beforeOpen: () => void): CallFragments {
  const calls: Call[] = [];
  let legacy: Call | undefined;

  const begin = (home: JsonObject): Call => {
    const known = { id: "", name: "", isCustom: false, args: "", signature: null, isOpen: false, isClosed: false };
    const call: Call = { key: `call ${calls.length}`, ...known, home };
    calls.push(call);
    return call;
  };
  const open = (call: Call): void => {
    if (call.isOpen || call.name === "") return;
    beforeOpen();
    call.isOpen = true;
    writer.open(call.key, {
      kind: "call",
      id: call.id,
      name: call.name,
      ...(call.isCustom ? { custom: true } : {}),
      ...(call.signature === null ? {} : { opaque: { wire: "openai-chat", value: call.signature } }),
      ...withHome(call.home),
    });
    writer.delta(call.key, call.args);
  };
  const extend = (call: Call, said: Said): void => {
    if (call.isClosed) return;
    if (call.name === "" && said.name !== null) call.name = said.name;
    if (said.args === null || (!call.isCustom && isRepeated(call.args, said))) return;
    call.args += said.args;
    if (call.isOpen) writer.delta(call.key, said.args);
  };
  const find = createCallFinder();

  return {
    push(fragment) {
      const isCustom = fragment["type"] === "custom" || asObject(fragment["custom"]) !== null;
      const said = read(fragment, isCustom ? "custom" : "function");
      const call = find(said, () => begin(restOf(fragment)));
      call.isCustom ||= isCustom;
      if (call.id === "") call.id = said.id ?? "";
      const signature = call.signature === null ? readSignature(fragment) : null;
      call.signature ??= signature;
      if (signature !== null) writer.opaque(call.key, { wire: "openai-chat", value: signature });
      extend(call, said);
      if (call.id !== "") open(call);
    },
    pushLegacy(body) {
      legacy ??= begin({ $legacy: true });
      extend(legacy, read({ function: body }, "function"));
      open(legacy);
    },
    closeWhole() {
      const running = calls.filter((call) => !call.isClosed);
      if (!running.every((call) => call.isOpen && !call.isCustom && isJsonObject(call.args))) return;
      for (const call of running) {
        call.isClosed = true;
        writer.close(call.key);
      }
    },
    end: () => calls.forEach(open),
  };
}

/** Remembers where calls stand, and tells which one a fragment goes on with; `begin` makes a new one. */
function createCallFinder(): (said: Said, begin: () => Call) => Call {
  const byIndex = new Map<number, Call>();
  const byId = new Map<string, Call>();
  let last: Call | undefined;

  const known = (said: Said): Call | undefined => {
    const named = said.id === null ? undefined : byId.get(said.id);
    if (named) return named;
    const inPlace = said.index === null ? last : byIndex.get(said.index);
    // More of some call, in a place where none has begun: there is only one it can belong to.
    if (!inPlace) return said.id === null && said.name === null ? last : undefined;
    if (said.id !== null && inPlace.id !== "") return undefined;
    return isAnother(inPlace, said) ? undefined : inPlace;
  };
  return (said, begin) => {
    const call = known(said) ?? begin();
    if (said.id !== null) byId.set(said.id, call);
    if (said.index !== null) byIndex.set(said.index, call);
    last = call;
    return call;
  };
}

function read(fragment: JsonObject, kind: "function" | "custom"): Said {
  const body = asObject(fragment[kind]) ?? {};
  const index = fragment["index"];
  const args = body[kind === "custom" ? "input" : "arguments"];
  return {
    index: typeof index === "number" ? index : null,
    id: asText(fragment["id"]),
    name: asText(body["name"]),
    args: asText(callArgs(args)),
    isWhole: typeof args !== "string",
  };
}

/** A name where there is one already: another call, unless this server repeats the name in each piece. */
function isAnother(call: Call, said: Said): boolean {
  if (said.name === null || call.name === "") return false;
  if (said.name !== call.name) return true;
  return said.args !== null && said.args.trim() !== "" && isJsonObject(call.args);
}

/** Some servers say the whole once more at the end. */
const isRepeated = (args: string, said: Said): boolean =>
  said.isWhole ? args !== "" : /^\s*\{/.test(said.args ?? "") && isJsonObject(args);

function isJsonObject(text: string): boolean {
  // Most fragments end in the middle, and need no parser to tell.
  if (!text.slice(-16).trimEnd().endsWith("}")) return false;
  try {
    return asObject(JSON.parse(text)) !== null;
  } catch {
    return false;
  }
}

function restOf(fragment: JsonObject): JsonObject {
  const fields = createTaker(fragment);
  for (const name of ["index", "id", "type", "function", "custom"]) fields.any(name);
  if (readSignature(fragment) !== null) fields.any("extra_content");
  return fields.rest();
}
