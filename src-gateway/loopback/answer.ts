/**
 * The built-in model: it repeats what it was sent. Deterministic, free and without network, so a new installation can be
 * tried, and a client's set-up proved, before any provider is configured.
 */
import type { Answer, AnswerEvent, Blob, Conversation, Part } from "../ir/conversation.ts";
import { NO_USAGE, type Usage } from "../ir/usage.ts";
import { countTokens, tokensIn } from "./count-tokens.ts";

export function answerLoopback(conversation: Conversation): Answer {
  const lastUserTurns = conversation.turns
    .slice(lastAssistant(conversation) + 1)
    .filter((turn) => turn.role === "user");
  const parts = lastUserTurns.flatMap((turn) => turn.parts);
  const text = parts
    .map(echo)
    .filter((line) => line !== "")
    .join("\n");
  const answer = text === "" ? "This is the loopback model. Send it a message, and it sends it back." : text;
  const usage: Usage = { ...NO_USAGE, inputUncached: countTokens(conversation), output: tokensIn(answer) };
  return { text: answer, finish: "stop", usage };
}

/** The same answer as a stream, word by word. */
export function* loopbackEvents(answer: Answer): Generator<AnswerEvent> {
  yield { type: "start", usage: answer.usage };
  for (const text of answer.text.match(/\s*\S+|\s+$/g) ?? []) yield { type: "text", text };
  yield { type: "end", finish: answer.finish, usage: answer.usage, text: answer.text };
}

/** What stands behind the last answer is what is asked now: several results may have come one after the other. */
const lastAssistant = ({ turns }: Conversation): number => turns.findLastIndex((turn) => turn.role === "assistant");

function echo(part: Part): string {
  switch (part.kind) {
    case "text":
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
      return `[${part.kind} ${describe(part.blob)}]`;
    case "unknown":
      return `[${part.type}]`;
  }
}

function describe(blob: Blob): string {
  if ("url" in blob) return blob.url;
  if ("fileId" in blob) return blob.fileId;
  const padding = blob.data.endsWith("==") ? 2 : blob.data.endsWith("=") ? 1 : 0;
  return `${blob.mime}, ${Math.max(0, Math.floor((blob.data.length * 3) / 4) - padding)} bytes`;
}
