import { inputTotal, type Usage } from "../../../src-gateway/ir/usage.ts";
import { asArray, asObject, asText, type JsonObject } from "../../../src-gateway/protocols/loose-json.ts";
import { afterLast, chosenFirst, mediaTypeOf } from "./ask.ts";
import { fragments, opening, piece, sseBytes } from "./fragments.ts";
import { openAiErrorBody } from "./openai-error.ts";
import type { Answer, Ask, Frame, PlayedWire } from "./types.ts";

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
    for (const [index, item] of outputOf(answer).entries()) {
      const write = item["type"] === "message" ? writeMessage : writeCall;
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
    const answer = { id: "failed", model: ask.model, createdAt: 0, text: "", calls: [], finish: null, usage: null };
    const response = { ...encodeResponse(ask, answer, "failed"), error: { code, message } };
    return sseBytes({ type: "response.failed", sequence_number: 99, response }, { event: "response.failed" });
  },
};

type Events = [type: string, fields: JsonObject][];

const writeMessage = {
  begun: (item: JsonObject): JsonObject => ({ ...item, status: "in_progress", content: [] }),
  events(item: JsonObject): Events {
    const part = asObject(asArray(item["content"])[0]) ?? {};
    const text = String(part["text"]);
    return [
      ["response.content_part.added", { content_index: 0, part: { ...part, text: "" } }],
      ...fragments(text, 12).map((delta): Events[number] => [
        "response.output_text.delta",
        { content_index: 0, delta, logprobs: [] },
      ]),
      ["response.output_text.done", { content_index: 0, text, logprobs: [] }],
      ["response.content_part.done", { content_index: 0, part }],
    ];
  },
};

const writeCall = {
  begun: (item: JsonObject): JsonObject => ({ ...item, status: "in_progress", arguments: "" }),
  events(item: JsonObject): Events {
    const text = String(item["arguments"]);
    return [
      ...fragments(text, 5).map((delta): Events[number] => ["response.function_call_arguments.delta", { delta }]),
      ["response.function_call_arguments.done", { arguments: text, name: item["name"] }],
    ];
  },
};

const closingStatus = (answer: Answer): string =>
  answer.finish === "length" ? "incomplete" : answer.finish === null ? "in_progress" : "completed";

/** Ids of items are told twice, when the item comes and in the closing response, and must be the same. */
function outputOf(answer: Answer): JsonObject[] {
  if (answer.calls.length > 0) {
    return answer.calls.map((call) => ({
      id: `fc_${call.id}`,
      type: "function_call",
      status: "completed",
      arguments: JSON.stringify(call.arguments),
      call_id: `call_${call.id}`,
      name: call.name,
    }));
  }
  const content = [{ type: "output_text", annotations: [], logprobs: [], text: answer.text }];
  const status = answer.finish === "length" ? "incomplete" : "completed";
  return [{ id: `msg_${answer.id}`, type: "message", status, content, role: "assistant" }];
}

function encodeResponse(_ask: Ask, answer: Answer, status: string): JsonObject {
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
    output: isOver ? outputOf(answer) : [],
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
