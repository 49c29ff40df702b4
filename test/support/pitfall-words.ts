/** What clients and providers say in the tests of known pitfalls: the pieces of requests, answers and streams. */
import type { Json } from "./pitfall-gateway.ts";

export const user = (content: unknown): Json => ({ role: "user", content });

export const schema = { type: "object", properties: { path: { type: "string" } } };
export const chatTool = (name: string): Json => ({ type: "function", function: { name, parameters: schema } });
export const claudeTool = (name: string): Json => ({ name, input_schema: schema });

export const chatCall = (name: string, args: unknown, id = "call_1"): Json => ({
  id,
  type: "function",
  function: { name, arguments: args },
});

/** A provider's whole answer of Chat that calls tools. */
export const chatCalls = (...calls: Json[]): Json => ({
  id: "c1",
  model: "m",
  choices: [
    { index: 0, message: { role: "assistant", content: null, tool_calls: calls }, finish_reason: "tool_calls" },
  ],
});

export const chunk = (delta: Json, finish: string | null = null, more: Json = {}): Json => ({
  id: "c1",
  model: "m",
  choices: [{ index: 0, delta, finish_reason: finish }],
  ...more,
});

/** A chunk with a piece of the call in this place. */
export const piece = (index: number, more: Json): Json => chunk({ tool_calls: [{ index, ...more }] });

export const DONE = "data: [DONE]\n\n";

/** The events of a stream of Messages around the blocks in the middle. */
export function claudeStream(blocks: Json[], end: Json = {}, usage: Json = { output_tokens: 2 }): Json[] {
  return [
    {
      type: "message_start",
      message: { id: "msg_1", model: "m", content: [], usage: { input_tokens: 5, output_tokens: 1 } },
    },
    ...blocks,
    { type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null, ...end }, usage },
    { type: "message_stop" },
  ];
}

/** One block of such a stream. */
export const claudeBlock = (index: number, block: Json, ...deltas: Json[]): Json[] => [
  { type: "content_block_start", index, content_block: block },
  ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
  { type: "content_block_stop", index },
];

/** One event of Gemini's stream. */
export const geminiPiece = (parts: Json[], finishReason?: string, more: Json = {}): Json => ({
  candidates: [{ content: { role: "model", parts }, index: 0, ...(finishReason ? { finishReason } : {}) }],
  ...more,
});
