import { inputTotal, type Usage } from "../../../src-gateway/ir/usage.ts";
import { asArray, asObject, asText, type JsonObject } from "../../../src-gateway/protocols/loose-json.ts";
import { afterLast, chosenFirst, mediaTypeOf } from "./ask.ts";
import { opening, piece, sseBytes } from "./fragments.ts";
import { openAiErrorBody } from "./openai-error.ts";
import { writerOf } from "./response-item-writers.ts";
import type { Answer, Ask, Frame, PlayedWire, Thinking } from "./types.ts";

/** Responses as OpenAI speaks it. */
export const openaiResponses: PlayedWire = {
  readAsk(json, { surface }) {
    const body = asObject(json) ?? {};
    const items =
      typeof body["input"] === "string"
        ? [{ role: "user", content: body["input"] }]
        : asArray(body["input"]).map((item) => asObject(item) ?? {});
    const latest = afterLast(items, (item) => item["type"] === "function_call" || item["role"] === "assistant");
    const results = latest.filter((item) => item["type"] === "function_call_output");
    const format = asObject(asObject(body["text"])?.["format"]);
    return {
      surface,
      model: asText(body["model"]) ?? "",
      stream: body["stream"] === true,
      framing: "sse",
      wantsUsage: true,
      wantsState: asArray(body["include"]).includes("reasoning.encrypted_content"),
      tools: chosenFirst(
        readTools(body["tools"]),
        asText(body["tool_choice"]) ?? asText(asObject(body["tool_choice"])?.["name"]),
      ),
      toolResults: results.map((item) => textOf(item["output"])),
      schema: format?.["schema"] ?? format?.["type"] === "json_object",
      images: items.flatMap((item) => [...asArray(item["content"]), ...asArray(item["output"])].flatMap(imageOf)),
      prompt: textOf(items.findLast((item) => item["role"] === "user")?.["content"]),
    };
  },

  encodeWhole: (ask, answer) => encodeResponse(ask, answer, closingStatus(answer)),

  encodeStream(ask, answer) {
    let sequence = 0;
    const event = (type: string, fields: JsonObject): Buffer =>
      sseBytes({ type, sequence_number: sequence++, ...fields }, { event: type });
    const started = encodeResponse(ask, answer, "in_progress");
    const frames: Frame[] = [
      opening(event("response.created", { response: started })),
      opening(event("response.in_progress", { response: started })),
    ];
    for (const [index, item] of outputOf(ask, answer).entries()) {
      const write = writerOf(item);
      frames.push(piece(event("response.output_item.added", { output_index: index, item: write.begun(item) })));
      for (const [type, fields] of write.events(item)) {
        frames.push(piece(event(type, { item_id: item["id"], output_index: index, ...fields })));
      }
      frames.push(piece(event("response.output_item.done", { output_index: index, item })));
    }
    if (answer.finish) {
      const status = closingStatus(answer);
      frames.push(piece(event(`response.${status}`, { response: encodeResponse(ask, answer, status) })));
    }
    return frames;
  },

  encodeError: openAiErrorBody,

  encodeStreamError(ask, started) {
    const code = "server_error";
    const message = "The server had an error while processing your request.";
    if (!started) {
      return sseBytes({ type: "error", code, message, param: null, sequence_number: 0 }, { event: "error" });
    }
    const nothing = { thinking: null, text: "", calls: [], finish: null, usage: null };
    const answer = { id: "failed", model: ask.model, createdAt: 0, ...nothing };
    const response = { ...encodeResponse(ask, answer, "failed"), error: { code, message } };
    return sseBytes({ type: "response.failed", sequence_number: 99, response }, { event: "response.failed" });
  },
};

const closingStatus = (answer: Answer): string =>
  answer.finish === "length" ? "incomplete" : answer.finish === null ? "in_progress" : "completed";

/** Ids of items are told twice, when the item comes and in the closing response, and must be the same. */
function outputOf(ask: Ask, answer: Answer): JsonObject[] {
  const thoughts = answer.thinking ? [encodeReasoning(ask, answer, answer.thinking)] : [];
  if (answer.calls.length > 0) {
    const calls = answer.calls.map((call) => ({
      id: `fc_${call.id}`,
      type: "function_call",
      status: "completed",
      arguments: JSON.stringify(call.arguments),
      call_id: `call_${call.id}`,
      name: call.name,
    }));
    return [...thoughts, ...calls];
  }
  const content = [{ type: "output_text", annotations: [], logprobs: [], text: answer.text }];
  const status = answer.finish === "length" ? "incomplete" : "completed";
  return [...thoughts, { id: `msg_${answer.id}`, type: "message", status, content, role: "assistant" }];
}

const encodeReasoning = (ask: Ask, answer: Answer, { text, state }: Thinking): JsonObject => ({
  id: `rs_${answer.id}`,
  type: "reasoning",
  summary: [{ type: "summary_text", text }],
  ...(ask.wantsState ? { encrypted_content: state } : {}),
});

function encodeResponse(ask: Ask, answer: Answer, status: string): JsonObject {
  const isOver = status === "completed" || status === "incomplete";
  return {
    id: `resp_${answer.id}`,
    object: "response",
    created_at: answer.createdAt,
    status,
    background: false,
    error: null,
    incomplete_details: status === "incomplete" ? { reason: "max_output_tokens" } : null,
    instructions: null,
    max_output_tokens: null,
    model: answer.model,
    output: isOver ? outputOf(ask, answer) : [],
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    store: false,
    temperature: 1,
    text: { format: { type: "text" }, verbosity: "medium" },
    tool_choice: "auto",
    tools: [],
    top_p: 1,
    truncation: "disabled",
    usage: isOver && answer.usage ? encodeUsage(answer.usage) : null,
    user: null,
    metadata: {},
  };
}

function encodeUsage(usage: Usage): JsonObject {
  const input = inputTotal(usage);
  return {
    input_tokens: input,
    input_tokens_details: {
      cached_tokens: usage.cacheRead,
      ...(usage.cacheWrite5m > 0 ? { cache_write_tokens: usage.cacheWrite5m } : {}),
    },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: usage.reasoning },
    total_tokens: input + usage.output,
  };
}

function readTools(tools: unknown): Ask["tools"] {
  return asArray(tools).flatMap((tool) => {
    const { type, name, parameters } = asObject(tool) ?? {};
    return type === "function" && typeof name === "string" ? [{ name, schema: parameters }] : [];
  });
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  return asArray(content)
    .map((part) => asText(asObject(part)?.["text"]) ?? "")
    .join("");
}

function imageOf(part: unknown): string[] {
  const url = asText(asObject(part)?.["image_url"]);
  return asObject(part)?.["type"] === "input_image" ? [mediaTypeOf(url ?? "")] : [];
}
