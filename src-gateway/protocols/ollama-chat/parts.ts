/** Messages of Ollama, both ways: one text each, with thoughts, images and calls beside it. */
import { GatewayError } from "../../ir/errors.ts";
import type { CallPart, Part, ResultPart, Turn } from "../../ir/part.ts";
import { callArgs, callInput } from "../call-input.ts";
import { asArray, asObject, asText, type JsonObject } from "../loose-json.ts";

/** @throws GatewayError unsupported_operation for media other than the bytes of an image. */
export function encodeTurn(turn: Turn): JsonObject[] {
  const messages = turn.parts.filter((part) => part.kind === "result").map(encodeResult);
  const rest = turn.parts.filter((part) => part.kind !== "result");
  const content = joinTexts(rest);
  const images = rest.flatMap(imageBytes);
  const thinking = rest
    .filter((part) => part.kind === "thinking")
    .filter((part) => part.opaque === undefined || part.opaque.wire === "ollama-chat")
    .map((part) => part.text)
    .join("\n\n");
  const calls = rest.filter((part) => part.kind === "call").map(encodeCall);
  if (content === "" && images.length === 0 && calls.length === 0) return messages;
  messages.push({
    role: turn.role,
    content,
    ...(thinking === "" ? {} : { thinking }),
    ...(images.length === 0 ? {} : { images }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  });
  return messages;
}

const joinTexts = (parts: readonly Part[]): string =>
  parts
    .map((part) => (part.kind === "text" || part.kind === "refusal" ? part.text : ""))
    .filter((text) => text !== "")
    .join("\n\n");

function imageBytes(part: Part): string[] {
  if (part.kind !== "image" && part.kind !== "document" && part.kind !== "audio" && part.kind !== "video") return [];
  if (part.kind === "image" && "data" in part.blob) return [part.blob.data];
  throw new GatewayError(
    "unsupported_operation",
    part.kind === "image"
      ? "Ollama takes an image only as bytes, not by an address or a file id. Send it as base64."
      : `Ollama takes no ${part.kind}. Send its text, or ask a model of another provider.`,
  );
}

// Servers before the ids existed match a result with its call by the tool's name, and skip what they do not know.
const encodeCall = (part: CallPart): JsonObject => ({
  ...(part.id === "" ? {} : { id: part.id }),
  function: { name: part.name, arguments: callInput(part.args) },
});

const encodeResult = (part: ResultPart): JsonObject => ({
  role: "tool",
  content: joinTexts(part.parts),
  ...(part.name === undefined ? {} : { tool_name: part.name }),
  ...(part.id === "" ? {} : { tool_call_id: part.id }),
});

export function decodeCalls(calls: unknown): CallPart[] {
  return asArray(calls)
    .map(asObject)
    .filter((call) => call !== null)
    .map((call) => {
      const called = asObject(call["function"]);
      return {
        kind: "call",
        id: asText(call["id"]) ?? "",
        name: asText(called?.["name"]) ?? "",
        args: callArgs(called?.["arguments"]),
      };
    });
}
