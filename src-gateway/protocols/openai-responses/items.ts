/** Items of `input` and `output` as turns: a message is a turn, and so is every call, result, thought and other item. */
import type { CallPart, Opaque, Part, ResultPart, ThinkingPart, Turn } from "../../ir/part.ts";
import { callArgs } from "../call-input.ts";
import { asArray, asObject, asText, type JsonObject } from "../loose-json.ts";
import { decodePieces, encodePiece, isPiece, plainText, restorePiece, WIRE } from "./parts.ts";
import { rememberSpelling, restoreSpelling } from "./spelling.ts";

const ROLES: Readonly<Record<string, Turn["role"]>> = {
  user: "user",
  assistant: "assistant",
  system: "system",
  developer: "system",
};

/** Items that the model makes, beside every `…_call`. */
const MODEL_ITEMS = new Set(["compaction", "mcp_list_tools", "mcp_approval_request", "program"]);

export function decodeItem(raw: JsonObject): Turn {
  switch (raw["type"] ?? (raw["role"] === undefined ? "item_reference" : "message")) {
    case "message":
      return decodeMessage(raw) ?? nativeTurn(raw);
    case "function_call":
      return { role: "assistant", parts: [decodeCall(raw, false)] };
    case "custom_tool_call":
      return { role: "assistant", parts: [decodeCall(raw, true)] };
    case "function_call_output":
      return { role: "user", parts: [decodeResult(raw, false)] };
    case "custom_tool_call_output":
      return { role: "user", parts: [decodeResult(raw, true)] };
    case "reasoning":
      return { role: "assistant", parts: [decodeReasoning(raw)] };
    default:
      return nativeTurn(raw);
  }
}

/** The item, or the items, of a turn that was read from this wire. */
export function restoreItems(turn: Turn): JsonObject[] {
  // A turn of its own `home` is a message, and may be empty.
  if (turn.parts.length === 0) return turn.home ? [restoreMessage(turn)] : [];
  const items: JsonObject[] = [];
  for (const group of groupParts(turn.parts)) {
    if (Array.isArray(group)) items.push(restoreMessage({ ...turn, parts: group }));
    else items.push(group.kind === "native" ? group.raw : restoreSpelling(ownItem(group), group.home));
  }
  return items;
}

/** The items of a turn that another wire gave. Ids are left out: the provider knows none of them. */
export function encodeItems(turn: Turn): JsonObject[] {
  return groupParts(turn.parts).flatMap((group): JsonObject[] => {
    if (Array.isArray(group)) {
      const content = group.flatMap((part) => encodePiece(part, turn.role) ?? []);
      return content.length === 0 ? [] : [{ type: "message", role: encodeRole(turn.role), content }];
    }
    switch (group.kind) {
      case "call":
        return [ownItem(group.args.trim() === "" && !group.custom ? { ...group, args: "{}" } : group)];
      case "result":
        return [{ ...ownItem(group), output: encodeOutput(group.parts) }];
      case "thinking":
        return group.opaque ? [withoutEmptyState(ownItem(group))] : [];
      default:
        return [];
    }
  });
}

/** An empty state says that the thought came without one, which the API would try to decrypt. */
function withoutEmptyState(item: JsonObject): JsonObject {
  const { encrypted_content: state, ...rest } = item;
  return state === "" ? rest : item;
}

const encodeRole = (role: Turn["role"]): string => (role === "system" ? "developer" : role);

/** Runs of message content, and what stands between them. */
function groupParts(parts: readonly Part[]): (Part | Part[])[] {
  const groups: (Part | Part[])[] = [];
  for (const part of parts) {
    const last = groups.at(-1);
    if (!isPiece(part)) groups.push(part);
    else if (Array.isArray(last)) last.push(part);
    else groups.push([part]);
  }
  return groups;
}

/** Most messages are a role and a text, whose type is left out. Null for one that is more. */
function plainTurn(raw: JsonObject): Turn | null {
  const { role, content } = raw;
  if (role !== "user" && role !== "assistant" && role !== "system") return null;
  if (typeof content !== "string" || content === "" || Object.keys(raw).length !== 2) return null;
  return { role, parts: [{ kind: "text", text: content }], home: { $content: "string", $absent: ["type"] } };
}

function decodeMessage(raw: JsonObject): Turn | null {
  const plain = plainTurn(raw);
  if (plain) return plain;
  const role = ROLES[String(raw["role"])];
  const { content } = raw;
  const isString = typeof content === "string";
  const parts: Part[] | undefined = isString
    ? content === ""
      ? []
      : [{ kind: "text", text: content }]
    : content == null
      ? []
      : role && decodePieces(content, role);
  if (!role || !parts) return null;
  const notes = isString ? { $content: "string" } : {};
  const turn: Turn = { role, parts };
  // The home marks the turn as a message, even when there is nothing to remember.
  return { ...turn, home: {}, ...rememberSpelling(raw, ownMessage({ ...turn, home: notes }), notes) };
}

const restoreMessage = (turn: Turn): JsonObject => restoreSpelling(ownMessage(turn), turn.home);

function ownMessage({ role, parts, home }: Turn): JsonObject {
  const text = home?.["$content"] === "string" ? plainText(parts) : undefined;
  return { type: "message", role, content: text ?? parts.map((part) => restorePiece(part, role)) };
}

export function decodeCall(raw: JsonObject, isCustom: boolean): CallPart {
  const namespace = asText(raw["namespace"]);
  const part: CallPart = {
    kind: "call",
    id: asText(raw["call_id"]) ?? "",
    name: asText(raw["name"]) ?? "",
    args: callArgs(raw[isCustom ? "input" : "arguments"]),
    ...(isCustom ? { custom: true } : {}),
    ...(namespace ? { namespace } : {}),
  };
  return { ...part, ...rememberSpelling(raw, ownItem(part)) };
}

function decodeResult(raw: JsonObject, isCustom: boolean): ResultPart {
  const { output } = raw;
  const notes = typeof output === "string" ? { $output: "string" } : {};
  const part: ResultPart = {
    kind: "result",
    id: asText(raw["call_id"]) ?? "",
    parts: decodePieces(output, "user") ?? textParts(callArgs(output)),
    isError: false,
    ...(isCustom ? { custom: true } : {}),
  };
  return { ...part, ...rememberSpelling(raw, ownItem({ ...part, home: notes }), notes) };
}

const textParts = (text: string): Part[] => (text === "" ? [] : [{ kind: "text", text }]);

export function decodeReasoning(raw: JsonObject): ThinkingPart {
  const texts = [...asArray(raw["summary"]), ...asArray(raw["content"])].map((each) =>
    asText(asObject(each)?.["text"]),
  );
  const text = texts.filter((each) => each !== null).join("\n\n");
  const value = asText(raw["encrypted_content"]);
  const opaque: Opaque | null = value === null ? null : { wire: WIRE, value };
  const part: ThinkingPart = {
    kind: "thinking",
    text,
    ...(opaque ? { opaque } : {}),
    ...(opaque && text === "" ? { redacted: true } : {}),
  };
  return { ...part, ...rememberSpelling(raw, ownItem(part)) };
}

function nativeTurn(raw: JsonObject): Turn {
  const type = asText(raw["type"]) ?? "item_reference";
  const isModels = type.endsWith("_call") || MODEL_ITEMS.has(type) || raw["role"] === "assistant";
  const role = isModels
    ? "assistant"
    : (ROLES[String(raw["role"])] ?? (type === "additional_tools" ? "system" : "user"));
  return { role, parts: [{ kind: "native", wire: WIRE, type, raw }] };
}

function ownItem(part: Part): JsonObject {
  switch (part.kind) {
    case "call":
      return {
        type: part.custom ? "custom_tool_call" : "function_call",
        call_id: part.id,
        name: part.name,
        ...(part.namespace === undefined ? {} : { namespace: part.namespace }),
        ...(part.custom ? { input: part.args } : { arguments: part.args }),
      };
    case "result": {
      const text = part.home?.["$output"] === "string" ? plainText(part.parts) : undefined;
      return {
        type: part.custom ? "custom_tool_call_output" : "function_call_output",
        call_id: part.id,
        output: text ?? part.parts.map((each) => restorePiece(each, "user")),
      };
    }
    case "thinking":
      return {
        type: "reasoning",
        summary: part.text === "" ? [] : [{ type: "summary_text", text: part.text }],
        ...(part.opaque ? { encrypted_content: part.opaque.value } : {}),
      };
    default:
      return {};
  }
}

function encodeOutput(parts: readonly Part[]): unknown {
  return plainText(parts, "\n") ?? parts.flatMap((part) => encodePiece(part, "user") ?? []);
}
