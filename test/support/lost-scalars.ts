/** Whether each single value of a request reached the provider or was noted as lost, judged by the table of fields. */
import { FIELD_MAP, type NeutralField } from "../../src-gateway/ir/field-map.ts";
import type { JsonObject } from "../../src-gateway/ir/json.ts";
import type { Loss } from "../../src-gateway/ir/losses.ts";
import type { Tool } from "../../src-gateway/ir/part.ts";
import type { ProviderWire } from "../../src-gateway/ir/protocol.ts";
import type { IrRequest } from "../../src-gateway/ir/request.ts";
import { asObject } from "../../src-gateway/protocols/loose-json.ts";
import { readTools } from "./read-said.ts";

const SCALARS = [
  ...([
    "maxOutputTokens",
    "stop",
    "temperature",
    "topP",
    "topK",
    "seed",
    "presencePenalty",
    "frequencyPenalty",
  ] as const),
  ...(["logprobs", "verbosity", "cacheKey", "endUser", "metadata", "parallelTools", "store", "serviceTier"] as const),
  ...(["reasoning", "output", "toolChoice"] as const),
] satisfies (NeutralField & keyof IrRequest)[];

type Field = (typeof SCALARS)[number];

/** The wire, and what was sent on it. */
interface Sent {
  wire: ProviderWire;
  body: JsonObject;
}

/** Bedrock is given the tools of earlier calls again, which nobody asked for. */
const hasTools = (request: IrRequest, { wire, body }: Sent): boolean =>
  request.tools.some(isCallable) && readTools(wire, body).length > 0;
const isCallable = (tool: Tool): boolean => tool.kind !== "namespace" || tool.tools.some(isCallable);

/** Says the same as leaving it out. */
const IS_DEFAULT: Partial<Record<Field, (value: unknown, request: IrRequest, sent: Sent) => boolean>> = {
  stop: (value) => (value as string[]).length === 0,
  // Thinking Claude takes none, and draws as if it were 1.
  temperature: (value, _request, { body }) => value === 1 && /"thinking":\{"type":"/.test(JSON.stringify(body)),
  parallelTools: (value, request, sent) =>
    value === true || request.toolChoice?.mode === "none" || !hasTools(request, sent),
  // The gateway itself keeps what clients of Responses want kept.
  store: (value, request) => value === false || request.source === "openai-responses",
  serviceTier: (value) => value === "auto",
  output: (value) => (value as { kind: string }).kind === "text",
  // Left to the model it is anyway, and without tools there is nothing to choose.
  toolChoice: (value, request, sent) => {
    const { mode, allowed } = value as NonNullable<IrRequest["toolChoice"]>;
    return mode === "none" ? !hasTools(request, sent) : mode === "auto" && allowed === undefined;
  },
  // How much is shown is no strength, and "not at all" is what a model does that cannot think.
  reasoning: (value) => {
    const { effort, budgetTokens, mode } = value as NonNullable<IrRequest["reasoning"]>;
    const isOff = effort === "none" || budgetTokens === 0 || mode === "off";
    return isOff || (effort === undefined && budgetTokens === undefined && mode === undefined);
  },
};

/** Where the table's name is not the whole path of the value, or not the only one. */
const PLACES: Partial<Record<ProviderWire, Partial<Record<Field, (request: IrRequest) => string[]>>>> = {
  "anthropic-messages": { parallelTools: () => ["tool_choice.disable_parallel_tool_use"] },
  "openai-responses": { logprobs: () => ["top_logprobs"] },
  // Amazon's own models have it in a place of their own.
  "bedrock-converse": {
    topK: () => ["additionalModelRequestFields.top_k", "additionalModelRequestFields.inferenceConfig.topK"],
    reasoning: () => ["additionalModelRequestFields.thinking", "additionalModelRequestFields.reasoningConfig"],
  },
  "gemini-content": {
    output: ({ output }) =>
      output?.kind === "schema"
        ? ["generationConfig.responseJsonSchema", "generationConfig.responseSchema"]
        : ["generationConfig.responseMimeType"],
  },
};

/** The first value that vanished without a word; null when none did. */
export function lostScalar(
  request: IrRequest,
  wire: ProviderWire,
  body: JsonObject,
  losses: readonly Loss[],
): string | null {
  for (const field of SCALARS) {
    const value = request[field];
    if (value === undefined || IS_DEFAULT[field]?.(value, request, { wire, body })) continue;
    const names: Partial<Record<ProviderWire, string>> = FIELD_MAP[field].names;
    const said = names[request.source] ?? Object.values(names)[0] ?? field;
    if (losses.some((loss) => loss.field === said || loss.field.startsWith(`${said}.`))) continue;
    const name = names[wire];
    const places = PLACES[wire]?.[field]?.(request) ?? (name === undefined ? [] : [name]);
    const sent = places.map((place) => valueAt(body, place)).find((each) => each !== undefined);
    if (sent === undefined) return `${field} (${said}) is neither at ${places.join(", ") || "any place"} nor noted`;
    const isWhole = typeof value === "number" || typeof value === "string";
    if (isWhole && sent !== value) return `${field} is ${value}, and ${JSON.stringify(sent)} was sent`;
  }
  return null;
}

const valueAt = (body: JsonObject, path: string): unknown =>
  path.split(".").reduce<unknown>((at, name) => asObject(at)?.[name], body);
