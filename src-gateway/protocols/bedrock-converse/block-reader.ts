import type { Part } from "../../ir/part.ts";
import { callInput } from "../call-input.ts";
import type { EventWriter } from "../event-writer.ts";
import { asArray, asObject, asText, type JsonObject } from "../loose-json.ts";
import { decodeCitation, imagePart, opaqueOf, redactedThought } from "./parts.ts";

/** Reads the events of content blocks. Only calls, images and Bedrock's own tools announce themselves with a start. */
export interface BlockReader {
  start(data: JsonObject): void;
  delta(data: JsonObject): void;
  stop(data: JsonObject): void;
  closeAll(): void;
}

/** What cannot be handed on as it comes. */
interface Gathered {
  signature: string;
  redacted: Buffer[];
  image: { format: string | null; bytes: Buffer[] } | null;
  native: NativeBlock | null;
}

/** A block of a tool that Bedrock runs by itself. */
interface NativeBlock {
  type: "toolUse" | "toolResult";
  start: JsonObject;
  /** Text of the input of a call. */
  input: string;
  /** Content of a result. */
  content: unknown[];
}

export function createBlockReader(writer: EventWriter): BlockReader {
  const gathered = new Map<number, Gathered>();
  const gather = (index: number): Gathered => {
    const known = gathered.get(index) ?? { signature: "", redacted: [], image: null, native: null };
    gathered.set(index, known);
    return known;
  };

  const write = (index: number, delta: JsonObject): void => {
    const key = String(index);
    const openAs = (kind: "text" | "thinking"): void => {
      if (!writer.isOpen(key)) writer.open(key, { kind });
    };
    const reasoning = asObject(delta["reasoningContent"]);
    const citation = asObject(delta["citation"]);
    const text = asText(delta["text"]) ?? asText(reasoning?.["text"]);
    if (text !== null || citation) openAs(reasoning ? "thinking" : "text");
    writer.delta(key, text ?? asText(asObject(delta["toolUse"])?.["input"]) ?? "");
    if (citation) writer.citation(key, decodeCitation(citation));
    const signature = asText(reasoning?.["signature"]);
    if (signature === null) return;
    openAs("thinking");
    gather(index).signature += signature;
  };

  const close = (index: number): void => {
    const { signature = "", redacted = [], image, native } = gathered.get(index) ?? {};
    gathered.delete(index);
    const key = String(index);
    if (signature !== "") writer.opaque(key, opaqueOf(signature));
    writer.close(key);
    if (redacted.length > 0) writer.whole(redactedThought(joined(redacted)));
    if (image && image.bytes.length > 0) writer.whole(imagePart(image.format, joined(image.bytes)));
    if (native) writer.whole(nativePart(native));
  };

  return {
    start(data) {
      const start = asObject(data["start"]);
      const call = asObject(start?.["toolUse"]);
      const result = asObject(start?.["toolResult"]);
      const image = asObject(start?.["image"]);
      const index = indexOf(data);
      if (call && call["type"] !== "server_tool_use") {
        const [id, name] = [asText(call["toolUseId"]) ?? "", asText(call["name"]) ?? ""];
        writer.open(String(index), { kind: "call", id, name });
      } else if (call) gather(index).native = { type: "toolUse", start: call, input: "", content: [] };
      else if (result) gather(index).native = { type: "toolResult", start: result, input: "", content: [] };
      else if (image) gather(index).image = { format: asText(image["format"]), bytes: [] };
    },
    delta(data) {
      const index = indexOf(data);
      const delta = asObject(data["delta"]) ?? {};
      const native = gathered.get(index)?.native;
      if (native) {
        native.input += asText(asObject(delta["toolUse"])?.["input"]) ?? "";
        native.content.push(...asArray(delta["toolResult"]));
        return;
      }
      const redacted = asText(asObject(delta["reasoningContent"])?.["redactedContent"]);
      if (redacted !== null) gather(index).redacted.push(Buffer.from(redacted, "base64"));
      const bytes = asText(asObject(asObject(delta["image"])?.["source"])?.["bytes"]);
      if (bytes !== null) gathered.get(index)?.image?.bytes.push(Buffer.from(bytes, "base64"));
      write(index, delta);
    },
    stop: (data) => close(indexOf(data)),
    closeAll: () => {
      for (const index of gathered.keys()) close(index);
    },
  };
}

const indexOf = (data: JsonObject): number =>
  typeof data["contentBlockIndex"] === "number" ? data["contentBlockIndex"] : 0;

const joined = (pieces: Buffer[]): string => Buffer.concat(pieces).toString("base64");

function nativePart({ type, start, input, content }: NativeBlock): Part {
  const rest = type === "toolUse" ? { input: callInput(input) } : { content };
  return { kind: "native", wire: "bedrock-converse", type, raw: { [type]: { ...start, ...rest } } };
}
