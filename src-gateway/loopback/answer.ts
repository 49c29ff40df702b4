/**
 * The built-in model: it repeats what it was sent. Deterministic, free and without network, so a new installation can be
 * tried, and a client's set-up proved, before any provider is configured.
 */
import type { IrAnswer, IrEvent } from "../ir/answer.ts";
import type { Blob, Part } from "../ir/part.ts";
import type { IrRequest } from "../ir/request.ts";
import { NO_USAGE, type Usage } from "../ir/usage.ts";
import { countTokens, tokensIn } from "./count-tokens.ts";

export function answerLoopback(request: IrRequest): IrAnswer & { usage: Usage } {
  const lastUserTurns = request.turns.slice(lastAssistant(request) + 1).filter((turn) => turn.role === "user");
  const text = lastUserTurns
    .flatMap((turn) => turn.parts)
    .map(echo)
    .filter((line) => line !== "")
    .join("\n");
  const answer = text === "" ? "This is the loopback model. Send it a message, and it sends it back." : text;
  return {
    id: null,
    model: request.model,
    parts: [{ kind: "text", text: answer }],
    finish: { reason: "stop", raw: "stop" },
    usage: { ...NO_USAGE, inputUncached: countTokens(request), output: tokensIn(answer) },
  };
}

/** The same answer as a stream, word by word. */
export function* loopbackEvents(answer: IrAnswer): Generator<IrEvent> {
  yield { type: "start", id: answer.id, model: answer.model, usage: answer.usage };
  yield { type: "part-start", part: { kind: "text" } };
  for (const part of answer.parts)
    for (const text of (part.kind === "text" ? part.text : "").match(/\s*\S+|\s+$/g) ?? [])
      yield { type: "delta", text };
  yield { type: "part-end" };
  yield { type: "end", finish: answer.finish, usage: answer.usage };
}

/** What stands behind the last answer is what is asked now: several results may have come one after the other. */
const lastAssistant = ({ turns }: IrRequest): number => turns.findLastIndex((turn) => turn.role === "assistant");

function echo(part: Part): string {
  switch (part.kind) {
    case "text":
    case "refusal":
      return part.text;
    case "thinking":
      return "";
    case "call":
      return `[tool call ${part.name}(${part.args})]`;
    case "result":
      return `[tool ${part.isError ? "error" : "result"} ${part.id}] ${part.parts.map(echo).join("\n")}`;
    case "image":
    case "document":
    case "audio":
    case "video":
      return `[${part.kind} ${describe(part.blob)}]`;
    case "native":
      return `[${part.type}]`;
  }
}

function describe(blob: Blob): string {
  if ("url" in blob) return blob.url;
  if ("fileId" in blob) return blob.fileId;
  const padding = blob.data.endsWith("==") ? 2 : blob.data.endsWith("=") ? 1 : 0;
  return `${blob.mime}, ${Math.max(0, Math.floor((blob.data.length * 3) / 4) - padding)} bytes`;
}
