import { idText } from "../../ir/exchange-record.ts";
import type { IrRequest } from "../../ir/request.ts";
import { asObject, type JsonObject } from "../loose-json.ts";
import type { EncodeContext } from "../types.ts";
import { restoreRequest } from "./restore-request.ts";

export interface ResponseObject {
  /** Id, model and time: the same in every event of a stream. */
  identity: { id: string; created_at: number; model: string };
  itemId(prefix: string, index: number): string;
  /** The whole object. `fields`: status, output, and what else is known by now. */
  write(fields: JsonObject): JsonObject;
}

/** Fields of the request that the response repeats, and what they are when the client left them out. */
const REPEATED: Readonly<JsonObject> = {
  background: false,
  instructions: null,
  max_output_tokens: null,
  max_tool_calls: null,
  metadata: {},
  parallel_tool_calls: true,
  previous_response_id: null,
  prompt_cache_key: null,
  safety_identifier: null,
  service_tier: "default",
  store: false,
  temperature: 1,
  tool_choice: "auto",
  tools: [],
  top_logprobs: 0,
  top_p: 1,
  truncation: "disabled",
  user: null,
};

export function createResponseObject(context: EncodeContext): ResponseObject {
  const key = idText(context.exchangeId);
  const identity = { id: `resp_${key}`, created_at: context.createdAt, model: context.model };
  const asked = context.request ? withoutInput(context.request) : {};
  const repeated: JsonObject = { ...REPEATED };
  for (const name in REPEATED) repeated[name] = asked[name] ?? repeated[name];
  const base = {
    ...repeated,
    access_programs: null,
    reasoning: { effort: null, summary: null, ...asObject(asked["reasoning"]) },
    text: { format: { type: "text" }, ...asObject(asked["text"]) },
  };
  return {
    identity,
    itemId: (prefix, index) => `${prefix}_${key}_${index}`,
    write: (fields) => ({
      ...identity,
      object: "response",
      status: "in_progress",
      error: null,
      incomplete_details: null,
      output: [],
      usage: null,
      ...base,
      ...fields,
    }),
  };
}

/** The conversation is not repeated, and can be megabytes. */
function withoutInput(request: IrRequest): JsonObject {
  const turns = request.turns.filter((turn) => turn.home?.["$instructions"] !== undefined);
  return restoreRequest({ ...request, turns });
}
