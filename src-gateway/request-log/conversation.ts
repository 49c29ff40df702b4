/** A kept request and its answer as people read them: turns, thoughts, calls and results, whatever the wire. */
import { collectAnswer, type IrAnswer } from "../ir/answer.ts";
import type { JsonObject } from "../ir/json.ts";
import type { Blob, Part, Tool } from "../ir/part.ts";
import { type Surface, WIRE_OF_SURFACE } from "../ir/protocol.ts";
import { WIRES } from "../protocols/wires.ts";
import { framesOf, isGenerating } from "./answer-text.ts";
import type { StoredBody } from "./types.ts";

/** One piece of a turn. `text` is what it says, the arguments of a call, the result of a tool. */
export interface ShownPart {
  kind: Part["kind"];
  text: string;
  /** More was said than is shown. */
  isCut: boolean;
  /** Of a call or a result: the tool; of media: what it is. */
  name: string | null;
  /** What joins a call to its result. */
  callId: string | null;
  isError: boolean;
}

export interface ShownTurn {
  role: "system" | "user" | "assistant";
  parts: ShownPart[];
}

export interface Conversation {
  /** Empty when the request could not be read: then `problem` says why. */
  turns: ShownTurn[];
  tools: string[];
  answer: { parts: ShownPart[]; finish: string; model: string | null } | null;
  problem: string | null;
  answerProblem: string | null;
}

/** Of each piece; a file of megabytes that an agent has read is no help to a reader. */
const MAX_TEXT = 20_000;

/** Never throws: what cannot be read is said. */
export function readConversation({
  request,
  answer,
  head,
}: Pick<StoredBody, "request" | "answer" | "head">): Conversation {
  const { surface } = head;
  const conversation: Conversation = { turns: [], tools: [], answer: null, problem: null, answerProblem: null };
  if (!isGenerating(surface)) {
    conversation.problem = "This interface is no conversation; its bodies are shown as they are.";
    return conversation;
  }
  try {
    Object.assign(conversation, readRequest(request, head));
  } catch (error) {
    conversation.problem = head.requestIsCut ? "Only the beginning of the request was kept." : sentenceOf(error);
  }
  try {
    conversation.answer = answer === null ? null : showAnswer(answer, head);
  } catch (error) {
    conversation.answerProblem = head.answerIsCut ? "Only the beginning of the answer was kept." : sentenceOf(error);
  }
  return conversation;
}

function readRequest(
  bytes: StoredBody["request"],
  { surface, path }: StoredBody["head"],
): Pick<Conversation, "turns" | "tools"> {
  if (bytes === null) throw new Error("The request had no body that is text.");
  const [, pathModel = null, pathMethod = null] = /\/models\/([^:/?]+):(\w+)/.exec(path) ?? [];
  const target = { surface, pathModel, pathMethod, query: path.split("?")[1] ?? "" };
  const json = JSON.parse(Buffer.from(bytes).toString("utf8")) as JsonObject;
  const { turns, tools } = WIRES[WIRE_OF_SURFACE[surface]].decodeRequest(json, target);
  return {
    turns: turns.map(({ role, parts }) => ({ role, parts: parts.map(showPart) })),
    tools: tools.flatMap(namesOf),
  };
}

function showAnswer(bytes: Uint8Array, head: StoredBody["head"]): Conversation["answer"] {
  const buffer = Buffer.from(bytes);
  if (head.answerIsText) {
    // It held a secret in pieces, and was kept as what it says.
    return { parts: [showPart({ kind: "text", text: buffer.toString("utf8") })], finish: "", model: null };
  }
  const { parts, finish, model } = decodeAnswer(buffer, head.surface);
  return { parts: parts.map(showPart), finish: finish.raw ?? finish.reason, model };
}

function decodeAnswer(bytes: Buffer, surface: Surface): IrAnswer {
  const wire = WIRES[WIRE_OF_SURFACE[surface]];
  const text = bytes.toString("utf8");
  if (text.trimStart().startsWith("{")) return wire.decodeAnswer(JSON.parse(text) as JsonObject);
  const decoder = wire.createStreamDecoder();
  const events = framesOf(bytes, text).flatMap((frame) => decoder.push(frame));
  return collectAnswer([...events, ...decoder.end()]);
}

function showPart(part: Part): ShownPart {
  const text = textOf(part);
  return {
    kind: part.kind,
    text: text.slice(0, MAX_TEXT),
    isCut: text.length > MAX_TEXT,
    name: nameOf(part),
    callId: part.kind === "call" || part.kind === "result" ? part.id : null,
    isError: part.kind === "result" && part.isError,
  };
}

function textOf(part: Part): string {
  switch (part.kind) {
    case "text":
    case "refusal":
    case "thinking":
      return part.text;
    case "call":
      return part.args;
    case "result":
      return part.parts.map(textOf).join("\n");
    case "native":
      return JSON.stringify(part.raw, null, 2);
    default:
      return placeOf(part.blob);
  }
}

/** Where the bytes are; never the bytes. */
function placeOf(blob: Blob): string {
  if ("url" in blob) return blob.url.slice(0, 500);
  if ("fileId" in blob) return blob.fileId;
  return `${Math.floor((blob.data.length * 3) / 4).toLocaleString("en-US")} bytes`;
}

function nameOf(part: Part): string | null {
  if (part.kind === "call") return part.name;
  if (part.kind === "result") return part.name ?? null;
  if (part.kind === "native") return part.type;
  return "blob" in part ? (part.blob.mime ?? part.title ?? null) : null;
}

const namesOf = (tool: Tool): string[] =>
  tool.kind === "namespace" ? tool.tools.flatMap(namesOf) : [tool.kind === "native" ? tool.type : tool.name];

const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 500);
