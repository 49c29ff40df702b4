import { GatewayError } from "../../ir/errors.ts";
import type { Turn } from "../../ir/part.ts";
import type { IrRequest } from "../../ir/request.ts";
import { asArray, asObject, asText, type JsonObject } from "../loose-json.ts";
import { putMember } from "../put-member.ts";
import { decodeItem } from "./items.ts";
import { decodeReasoningOptions, decodeTextOptions } from "./options.ts";
import { WIRE } from "./parts.ts";
import { restoreBody } from "./restore-request.ts";
import { defined, rememberSpelling } from "./spelling.ts";
import { decodeToolChoice, decodeTools } from "./tools.ts";

const LOGPROBS = "message.output_text.logprobs";

/** @throws GatewayError invalid_request for an input item or a tool that is no object. */
export function decodeRequest(json: JsonObject): IrRequest {
  const { model, stream, ...rest } = json;
  const { notes, ...text } = decodeTextOptions(rest["text"]);
  const isStringInput = typeof rest["input"] === "string";
  const endUser = asText(rest["safety_identifier"]) ?? asText(rest["user"]);
  const request: IrRequest = {
    source: WIRE,
    model: asText(model) ?? "",
    stream: stream === true,
    wantsUsage: true,
    turns: [...decodeInstructions(rest["instructions"]), ...decodeInput(rest["input"])],
    tools: decodeTools(rest["tools"]),
    ...text,
    ...defined({
      toolChoice: decodeToolChoice(rest["tool_choice"]),
      parallelTools: asFlag(rest["parallel_tool_calls"]),
      maxOutputTokens: asNumber(rest["max_output_tokens"]),
      temperature: asNumber(rest["temperature"]),
      topP: asNumber(rest["top_p"]),
      logprobs: decodeLogprobs(rest),
      reasoning: decodeReasoningOptions(rest["reasoning"]),
      cacheKey: asText(rest["prompt_cache_key"]) ?? undefined,
      endUser: endUser ?? undefined,
      metadata: asObject(rest["metadata"]) ?? undefined,
      serviceTier: asText(rest["service_tier"]) ?? undefined,
      store: asFlag(rest["store"]),
      previousId: asText(rest["previous_response_id"]) ?? undefined,
    }),
    home: {
      ...notes,
      ...(isStringInput ? { $input: "string" } : {}),
      ...(asText(rest["safety_identifier"]) === null ? {} : { $endUser: "safety_identifier" }),
      ...(stream === undefined || stream === true ? {} : { $stream: stream }),
    },
  };
  // Items and tools remember their own spelling, so they are not compared a second time.
  const plain: JsonObject = {};
  for (const name in rest) if (!isList(name, rest[name])) putMember(plain, name, rest[name]);
  const standard = restoreBody({ ...request, turns: [], tools: [] });
  return { ...request, home: rememberSpelling(plain, standard, request.home).home ?? {} };
}

const LISTS = new Set(["input", "instructions", "tools"]);
const isList = (name: string, value: unknown): boolean =>
  LISTS.has(name) && (Array.isArray(value) ? value.length > 0 : typeof value === "string" && name !== "tools");

/** `$instructions` takes the turn back to its field: as the string it was, or as one of a list of items. */
function decodeInstructions(value: unknown): Turn[] {
  if (typeof value === "string") {
    return [
      {
        role: "system",
        parts: value === "" ? [] : [{ kind: "text", text: value }],
        home: { $instructions: "string" },
      },
    ];
  }
  return decodeItems(value, "instructions").map((turn) => ({
    ...turn,
    home: { ...turn.home, $instructions: turn.home ? "message" : "item" },
  }));
}

function decodeInput(input: unknown): Turn[] {
  if (typeof input !== "string") return decodeItems(input, "input");
  return [{ role: "user", parts: input === "" ? [] : [{ kind: "text", text: input }], home: { $content: "string" } }];
}

function decodeItems(value: unknown, field: string): Turn[] {
  return asArray(value).map((each, n) => {
    const raw = asObject(each);
    if (raw) return decodeItem(raw);
    throw new GatewayError(
      "invalid_request",
      `The field "${field}[${n}]" must be an object, an item of the conversation.`,
      {
        param: `${field}[${n}]`,
      },
    );
  });
}

function decodeLogprobs(json: JsonObject): { top?: number } | undefined {
  const top = asNumber(json["top_logprobs"]);
  if (top !== undefined) return { top };
  return asArray(json["include"]).includes(LOGPROBS) ? {} : undefined;
}

const asFlag = (value: unknown): boolean | undefined => (typeof value === "boolean" ? value : undefined);
const asNumber = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);
