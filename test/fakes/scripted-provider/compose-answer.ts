import { randomBytes } from "node:crypto";
import { WIRE_OF_SURFACE, type WireProtocol } from "../../../src-gateway/ir/protocol.ts";
import { NO_USAGE, type Usage } from "../../../src-gateway/ir/usage.ts";
import { sampleFromSchema } from "./sample-from-schema.ts";
import type { Answer, Ask, ScriptStep, ToolCall } from "./types.ts";

/** What the provider says to a request: the same content for the same request, ids that never repeat. */
export function composeAnswer(ask: Ask, step: ScriptStep, bodyBytes: number): Answer {
  const calls = step.calls ?? (step.text === undefined ? callsFor(ask) : []);
  const text = step.text ?? (calls.length > 0 ? "" : textFor(ask));
  return {
    id: randomBytes(12).toString("hex"),
    model: ask.model,
    createdAt: Math.floor(Date.now() / 1000),
    thinking: step.thinking ?? null,
    text,
    calls: calls.map((call) => ({ ...call, id: randomBytes(12).toString("hex") })),
    finish: step.finishOmitted ? null : (step.finish ?? "stop"),
    usage: usageFor(WIRE_OF_SURFACE[ask.surface], ask, step, { bodyBytes, text: text + JSON.stringify(calls) }),
  };
}

function callsFor(ask: Ask): ToolCall[] {
  const [tool] = ask.tools;
  if (!tool || ask.toolResults.length > 0) return [];
  return [{ name: tool.name, arguments: sampleFromSchema(tool.schema) }];
}

/** Never only ASCII, so that characters of several bytes are cut wherever bytes are cut. */
function textFor(ask: Ask): string {
  if (ask.schema) return JSON.stringify(ask.schema === true ? { answer: "sample" } : sampleFromSchema(ask.schema));
  const sentences: string[] = [];
  if (ask.toolResults.length > 0) sentences.push(`The tool said “${ask.toolResults.join("” and “")}”.`);
  if (ask.images.length > 0) sentences.push(`I see ${describeImages(ask.images)} 🖼.`);
  if (sentences.length === 0)
    sentences.push(`You said “${ask.prompt}” – noted ✓, and 你好 from the scripted provider.`);
  return sentences.join(" ");
}

/** For example `3 images: 2 image/png, 1 url`. */
function describeImages(images: string[]): string {
  const counts = new Map<string, number>();
  for (const image of images) counts.set(image, (counts.get(image) ?? 0) + 1);
  const list = [...counts].map(([type, count]) => `${count} ${type}`).join(", ");
  return `${images.length} ${images.length === 1 ? "image" : "images"}: ${list}`;
}

function usageFor(
  wire: WireProtocol,
  ask: Ask,
  step: ScriptStep,
  size: { bodyBytes: number; text: string },
): Usage | null {
  if (step.usageOmitted) return null;
  if (step.usage) return asWireTells(wire, { ...NO_USAGE, ...step.usage });
  const input = estimateTokens(size.bodyBytes);
  const isEmbedding = ask.surface === "embeddings" || ask.surface === "gemini-embeddings";
  if (isEmbedding) return { ...NO_USAGE, inputUncached: input };
  const cacheRead = Math.floor(input / 3);
  const cacheWrite5m = wire === "anthropic-messages" ? Math.floor(input / 5) : 0;
  const reasoning = wire === "anthropic-messages" || ask.surface === "completions" ? 0 : 2;
  return {
    ...NO_USAGE,
    inputUncached: input - cacheRead - cacheWrite5m,
    cacheRead,
    cacheWrite5m,
    output: estimateTokens(size.text.length) + reasoning,
    reasoning,
  };
}

export const estimateTokens = (characters: number): number => Math.max(1, Math.ceil(characters / 4));

/** Folds the buckets that a wire has no word for into those that it has. */
function asWireTells(wire: WireProtocol, usage: Usage): Usage {
  if (wire === "anthropic-messages") return usage;
  const written = usage.cacheWrite5m + usage.cacheWrite1h;
  if (wire === "gemini-content") {
    return { ...usage, inputUncached: usage.inputUncached + written, cacheWrite5m: 0, cacheWrite1h: 0 };
  }
  return { ...usage, cacheWrite5m: written, cacheWrite1h: 0 };
}
