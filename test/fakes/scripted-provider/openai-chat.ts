import { inputTotal, type Usage } from "../../../src-gateway/ir/usage.ts";
import { asArray, asObject, asText, type JsonObject } from "../../../src-gateway/protocols/loose-json.ts";
import { afterLast, chosenFirst, mediaTypeOf } from "./ask.ts";
import { fragments, opening, piece, sseBytes } from "./fragments.ts";
import { openAiErrorBody } from "./openai-error.ts";
import type { Answer, Ask, Frame, PlayedWire } from "./types.ts";

/** Chat Completions as OpenAI speaks it. */
export const openaiChat: PlayedWire = {
  readAsk(json, { surface }) {
    const body = asObject(json) ?? {};
    const messages = asArray(body["messages"]).map((message) => asObject(message) ?? {});
    const latest = afterLast(messages, (message) => message["role"] === "assistant");
    const results = latest.filter((message) => message["role"] === "tool");
    const format = asObject(body["response_format"]);
    const tools = asArray(body["tools"]).map((tool) => asObject(asObject(tool)?.["function"]));
    return {
      surface,
      model: asText(body["model"]) ?? "",
      stream: body["stream"] === true,
      framing: "sse",
      wantsUsage: asObject(body["stream_options"])?.["include_usage"] === true,
      tools: chosenFirst(
        tools.flatMap((tool) =>
          asText(tool?.["name"]) ? [{ name: String(tool?.["name"]), schema: tool?.["parameters"] }] : [],
        ),
        asText(body["tool_choice"]) ?? asText(asObject(asObject(body["tool_choice"])?.["function"])?.["name"]),
      ),
      toolResults: results.map((message) => textOf(message["content"])),
      schema: asObject(format?.["json_schema"])?.["schema"] ?? format?.["type"] === "json_object",
      images: messages.flatMap((message) => asArray(message["content"]).flatMap(imageOf)),
      prompt: textOf(messages.findLast((message) => message["role"] === "user")?.["content"]),
    };
  },

  encodeWhole(ask, answer) {
    const message = {
      role: "assistant",
      content: answer.calls.length > 0 ? null : answer.text,
      // Not a word of OpenAI's, but of most others who speak this wire and think.
      ...(answer.thinking ? { reasoning_content: answer.thinking.text } : {}),
      refusal: null,
      annotations: [],
      ...(answer.calls.length > 0 ? { tool_calls: answer.calls.map(encodeCall) } : {}),
    };
    return {
      ...head(answer, "chat.completion"),
      choices: [{ index: 0, message, logprobs: null, finish_reason: finishReason(answer) }],
      ...(answer.usage ? { usage: encodeUsage(answer.usage) } : {}),
      service_tier: "default",
      system_fingerprint: "fp_scripted",
    };
  },

  encodeStream(ask, answer) {
    const chunk = (delta: JsonObject, finish: string | null = null): Buffer =>
      chunkBytes(ask, answer, [{ index: 0, delta, logprobs: null, finish_reason: finish }], null);
    const isCalling = answer.calls.length > 0;
    const frames: Frame[] = [opening(chunk({ role: "assistant", content: isCalling ? null : "", refusal: null }))];
    for (const text of fragments(answer.thinking?.text ?? "", 12))
      frames.push(piece(chunk({ reasoning_content: text })));
    if (!isCalling) for (const content of fragments(answer.text, 12)) frames.push(piece(chunk({ content })));
    for (const [index, call] of answer.calls.entries()) {
      const {
        id,
        type,
        function: { name, arguments: text },
      } = encodeCall(call);
      frames.push(piece(chunk({ tool_calls: [{ index, id, type, function: { name, arguments: "" } }] })));
      for (const part of fragments(text, 5)) {
        frames.push(piece(chunk({ tool_calls: [{ index, function: { arguments: part } }] })));
      }
    }
    if (answer.finish) frames.push(piece(chunk({}, finishReason(answer))));
    if (ask.wantsUsage && answer.usage) frames.push(piece(chunkBytes(ask, answer, [], encodeUsage(answer.usage))));
    if (answer.finish) frames.push(piece(sseBytes("[DONE]")));
    return frames;
  },

  encodeError: openAiErrorBody,
  encodeStreamError: () => sseBytes(openAiErrorBody(500, "The server had an error while processing your request.")),
};

export function chunkBytes(ask: Ask, answer: Answer, choices: unknown[], usage: JsonObject | null): Buffer {
  const isChat = ask.surface === "chat";
  return sseBytes({
    ...head(answer, isChat ? "chat.completion.chunk" : "text_completion"),
    ...(isChat ? { service_tier: "default" } : {}),
    system_fingerprint: "fp_scripted",
    choices,
    ...(ask.wantsUsage ? { usage } : {}),
  });
}

export const head = (answer: Answer, object: string): JsonObject => ({
  id: `${object === "text_completion" ? "cmpl" : "chatcmpl"}-${answer.id}`,
  object,
  created: answer.createdAt,
  model: answer.model,
});

const finishReason = (answer: Answer): string | null =>
  answer.finish === "stop" && answer.calls.length > 0 ? "tool_calls" : answer.finish;

const encodeCall = (call: Answer["calls"][number]) => ({
  id: `call_${call.id}`,
  type: "function",
  function: { name: call.name, arguments: JSON.stringify(call.arguments) },
});

export function encodeUsage(usage: Usage): JsonObject {
  const input = inputTotal(usage);
  return {
    prompt_tokens: input,
    completion_tokens: usage.output,
    total_tokens: input + usage.output,
    prompt_tokens_details: {
      cached_tokens: usage.cacheRead,
      audio_tokens: usage.audioInput,
      ...(usage.cacheWrite5m > 0 ? { cache_write_tokens: usage.cacheWrite5m } : {}),
    },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoning,
      audio_tokens: usage.audioOutput,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return asArray(content)
    .map((part) => asText(asObject(part)?.["text"]) ?? "")
    .join("");
}

function imageOf(part: unknown): string[] {
  const url = asText(asObject(asObject(part)?.["image_url"])?.["url"]);
  return url === null ? [] : [mediaTypeOf(url)];
}
