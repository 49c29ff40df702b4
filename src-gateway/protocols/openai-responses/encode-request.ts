import type { Turn } from "../../ir/part.ts";
import type { IrRequest } from "../../ir/request.ts";
import type { EncodeTarget } from "../codec.ts";
import type { JsonObject } from "../loose-json.ts";
import { encodeItems } from "./items.ts";
import { encodeReasoningOptions, encodeTextOptions } from "./options.ts";
import { plainText, WIRE } from "./parts.ts";
import { restoreRequest } from "./restore-request.ts";
import { defined } from "./spelling.ts";
import { encodeTool, encodeToolChoice } from "./tools.ts";

/** The API takes no smaller limit. */
const MIN_OUTPUT_TOKENS = 16;

export function encodeRequest(request: IrRequest, target: EncodeTarget): JsonObject {
  const { model } = target;
  if (request.source !== WIRE) return { model, ...encodeBody(request), ...(request.stream ? { stream: true } : {}) };
  const { $stream: stream } = request.home;
  return { ...restoreRequest(request), model, ...defined({ stream: request.stream ? true : stream }) };
}

function encodeBody(request: IrRequest): JsonObject {
  const { turns, tools, toolChoice, reasoning, maxOutputTokens, logprobs } = request;
  const { instructions, rest } = splitInstructions(turns);
  const text = encodeTextOptions(request);
  const encodedTools = tools.flatMap((tool) => encodeTool(tool) ?? []);
  return {
    ...defined({ instructions }),
    input: rest.flatMap(encodeItems),
    ...(encodedTools.length === 0 ? {} : { tools: encodedTools }),
    ...(Object.keys(text).length === 0 ? {} : { text }),
    ...defined({
      tool_choice: toolChoice && encodeToolChoice(toolChoice, tools),
      parallel_tool_calls: request.parallelTools,
      max_output_tokens: maxOutputTokens === undefined ? undefined : Math.max(MIN_OUTPUT_TOKENS, maxOutputTokens),
      temperature: request.temperature,
      top_p: request.topP,
      top_logprobs: logprobs?.top,
      reasoning: reasoning && encodeReasoningOptions(reasoning),
      prompt_cache_key: request.cacheKey,
      user: request.endUser,
      metadata: request.metadata,
      service_tier: request.serviceTier,
    }),
    // Clients of other wires send the whole conversation each time, so nobody would ever ask for what is stored.
    store: request.store ?? false,
    include: ["reasoning.encrypted_content", ...(logprobs ? ["message.output_text.logprobs"] : [])],
  };
}

/** The leading system turns are the instructions, as long as they are nothing but text. */
function splitInstructions(turns: readonly Turn[]): { instructions: string | undefined; rest: readonly Turn[] } {
  const texts: string[] = [];
  for (const turn of turns) {
    const text = turn.role === "system" ? plainText(turn.parts, "\n\n") : undefined;
    if (text === undefined) break;
    texts.push(text);
  }
  const instructions = texts.filter((text) => text !== "").join("\n\n");
  return { instructions: instructions === "" ? undefined : instructions, rest: turns.slice(texts.length) };
}
