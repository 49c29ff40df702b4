/** Calls in messages and answers, both ways: `tool_calls` of either kind, and the older `function_call`. */
import type { JsonObject } from "../../ir/json.ts";
import type { CallPart, NativePart } from "../../ir/part.ts";
import { asObject, asText } from "../loose-json.ts";
import { createTaker, wireFields, withHome, withoutLacking } from "./chat-fields.ts";

/** What natives of this wire are called that stand beside the content and not in it. */
export const CALL_TYPE = "message.tool_calls";
export const AUDIO_TYPE = "message.audio";

/** One entry of `tool_calls`; one that names no tool is kept as it is, because nobody can run it. */
export function decodeCall(raw: JsonObject): CallPart | NativePart {
  const fields = createTaker(raw);
  const kind = raw["custom"] !== undefined && raw["function"] === undefined ? "custom" : "function";
  const body = fields.object(kind);
  if (!body || asText(body["name"]) === null) return { kind: "native", wire: "openai-chat", type: CALL_TYPE, raw };
  const lacks = ["id", "type"].filter((name) => !fields.has(name));
  const id = fields.text("id") ?? "";
  if (raw["type"] === kind) fields.any("type");
  const signature = readSignature(raw);
  if (signature !== null) fields.any("extra_content");
  return {
    ...decodeBody(body, kind, (notes) => withHome(fields.rest(), { ...notes, $lacks: lacks })),
    id,
    ...(signature === null ? {} : { opaque: { wire: "openai-chat", value: signature } }),
  };
}

/** Gemini's signature, where its own chat endpoint and the clients that know it keep it. */
export function readSignature(call: JsonObject): string | null {
  const extra = asObject(call["extra_content"]);
  const google = asObject(extra?.["google"]);
  if (!extra || !google || Object.keys(extra).length + Object.keys(google).length !== 2) return null;
  return asText(google["thought_signature"]);
}

export const writeSignature = (value: string): JsonObject => ({
  extra_content: { google: { thought_signature: value } },
});

/** The older field, which has no id. */
export const decodeFunctionCall = (raw: JsonObject): CallPart =>
  decodeBody(raw, "function", (notes) => withHome({}, { ...notes, $legacy: true }));

function decodeBody(
  body: JsonObject,
  kind: "custom" | "function",
  home: (notes: JsonObject) => { home?: JsonObject },
): CallPart {
  const inner = createTaker(body);
  const argsName = kind === "custom" ? "input" : "arguments";
  const lacks = ["name", argsName].filter((name) => !inner.has(name));
  const name = inner.text("name") ?? "";
  const text = inner.text(argsName);
  // Some servers and clients give the arguments as what they mean.
  const object = text === undefined ? inner.object(argsName) : undefined;
  return {
    kind: "call",
    id: "",
    name,
    args: text ?? (object ? JSON.stringify(object) : ""),
    ...(kind === "custom" ? { custom: true } : {}),
    ...home({ $objectArgs: object !== undefined, $inner: inner.rest(), $innerLacks: lacks }),
  };
}

/** `exact` writes what was read; otherwise what strict readers take: arguments are JSON, even when there are none. */
export function encodeCall(call: CallPart, id: string, exact: boolean): JsonObject {
  const { home } = call;
  const body = encodeBody(call, exact);
  const kind = call.custom ? "custom" : "function";
  const signature = call.opaque ? writeSignature(call.opaque.value) : {};
  return withoutLacking({ id, type: kind, [kind]: body, ...signature, ...wireFields(home) }, home);
}

export const encodeFunctionCall = (call: CallPart, exact: boolean): JsonObject => encodeBody(call, exact);

function encodeBody(call: CallPart, exact: boolean): JsonObject {
  const args = exact || call.custom || call.args !== "" ? call.args : "{}";
  const value: unknown = exact && call.home?.["$objectArgs"] === true ? JSON.parse(args) : args;
  const inner = asObject(call.home?.["$inner"]) ?? {};
  const body = { name: call.name, [call.custom ? "input" : "arguments"]: value, ...wireFields(inner) };
  return withoutLacking(body, { $lacks: call.home?.["$innerLacks"] });
}
