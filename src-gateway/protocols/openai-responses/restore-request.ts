import type { Turn } from "../../ir/part.ts";
import type { IrRequest } from "../../ir/request.ts";
import { asObject, type JsonObject } from "../loose-json.ts";
import { restoreItems } from "./items.ts";
import { encodeReasoningOptions, restoreTextOptions } from "./options.ts";
import { plainText } from "./parts.ts";
import { defined, restoreSpelling } from "./spelling.ts";
import { restoreTool, restoreToolChoice } from "./tools.ts";

/** The body of a request that was read from this wire, as it was: all but `model` and `stream`. */
export const restoreRequest = (request: IrRequest): JsonObject => restoreSpelling(restoreBody(request), request.home);

/** The same in this codec's own spelling, apart from the pieces that remember theirs. */
export function restoreBody(request: IrRequest): JsonObject {
  const { turns, tools, toolChoice, reasoning, home } = request;
  const text = restoreTextOptions(request);
  const notes = asObject(home["$text"]);
  const user = home["$endUser"] === "safety_identifier" ? "safety_identifier" : "user";
  return {
    ...restoreInput(turns, home["$input"] === "string"),
    ...(tools.length === 0 ? {} : { tools: tools.map(restoreTool) }),
    ...(notes || Object.keys(text).length > 0 ? { text: restoreSpelling(text, notes ?? undefined) } : {}),
    ...defined({
      tool_choice: toolChoice && restoreToolChoice(toolChoice),
      parallel_tool_calls: request.parallelTools,
      max_output_tokens: request.maxOutputTokens,
      temperature: request.temperature,
      top_p: request.topP,
      top_logprobs: request.logprobs?.top,
      reasoning: reasoning && restoreSpelling(encodeReasoningOptions(reasoning), reasoning.home),
      prompt_cache_key: request.cacheKey,
      [user]: request.endUser,
      metadata: request.metadata,
      service_tier: request.serviceTier,
      store: request.store,
      previous_response_id: request.previousId,
    }),
  };
}

function restoreInput(turns: readonly Turn[], isString: boolean): JsonObject {
  const leading = turns.filter((turn) => turn.home?.["$instructions"] !== undefined);
  const others = turns.filter((turn) => !leading.includes(turn));
  const [first] = others;
  // The string stands only for a conversation of one turn; what has been put before it makes a list of it.
  const text = isString && others.length === 1 && first ? plainText(first.parts) : undefined;
  const items = others.flatMap(restoreItems);
  return {
    ...restoreInstructions(leading),
    ...(text === undefined ? (items.length === 0 ? {} : { input: items }) : { input: text }),
  };
}

function restoreInstructions(turns: readonly Turn[]): JsonObject {
  if (turns.length === 0) return {};
  const strings = turns.filter((turn) => turn.home?.["$instructions"] === "string");
  if (strings.length === turns.length) {
    return { instructions: turns.map((turn) => plainText(turn.parts) ?? "").join("\n\n") };
  }
  return {
    instructions: turns.flatMap((turn) => {
      if (turn.home?.["$instructions"] === "message") return restoreItems(turn);
      const { home: _, ...bare } = turn;
      return restoreItems(bare);
    }),
  };
}
