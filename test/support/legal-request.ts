/**
 * Whether a provider would take a request: what each wire's API and the model are known to refuse, as far as it can be
 * seen from the outside. The answer is what is wrong, or null.
 */
import { FIELD_MAP, type NeutralField } from "../../src-gateway/ir/field-map.ts";
import type { JsonObject } from "../../src-gateway/ir/json.ts";
import type { ProviderWire } from "../../src-gateway/ir/protocol.ts";
import { type AdaptTarget, isClaude } from "../../src-gateway/protocols/adapt/target.ts";
import { asArray, asObject } from "../../src-gateway/protocols/loose-json.ts";
import { readSaid, readTools, type Said } from "./read-said.ts";

interface Rules {
  id: RegExp;
  name: RegExp;
  alternates: boolean;
  userFirst: boolean;
  blankText: boolean;
  maxMarks: number;
  maxStops: number;
  maxTemperature: number;
  /** A tool's schema names the type "object" at its root, or has to name its properties as well. */
  schema?: "object" | "properties";
}

const OPENAI: Rules = {
  id: /^.+$/s,
  name: /^[a-zA-Z0-9_-]{1,64}$/,
  alternates: false,
  userFirst: false,
  blankText: true,
  maxMarks: 0,
  maxStops: 4,
  maxTemperature: 2,
  schema: "properties",
};
const CLAUDE: Rules = {
  ...OPENAI,
  id: /^[a-zA-Z0-9_-]{1,64}$/,
  alternates: true,
  userFirst: true,
  blankText: false,
  maxMarks: 4,
  maxTemperature: 1,
  schema: "object",
};
const RULES: Readonly<Record<ProviderWire, Rules>> = {
  "openai-chat": OPENAI,
  "openai-responses": { ...OPENAI, id: /^.{1,64}$/s, maxStops: 0 },
  "anthropic-messages": { ...CLAUDE, name: /^[a-zA-Z0-9_-]{1,128}$/, maxStops: Number.POSITIVE_INFINITY },
  "gemini-content": {
    id: /^[a-zA-Z0-9_.:-]{0,64}$/,
    name: /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/,
    alternates: true,
    userFirst: true,
    blankText: true,
    maxMarks: 0,
    maxStops: 5,
    maxTemperature: 2,
  },
  "bedrock-converse": CLAUDE,
  "cohere-chat": { ...OPENAI, maxStops: 5, maxTemperature: 1 },
  "ollama-chat": { ...OPENAI, maxStops: Number.POSITIVE_INFINITY },
};

export function requestFault(target: AdaptTarget, body: JsonObject): string | null {
  const { wire } = target;
  const rules = RULES[wire];
  const said = readSaid(wire, body);
  return (
    marksFault(body, rules) ??
    conversationFault(said, rules) ??
    (target.profile.prefill === false && said.at(-1)?.role === "assistant" ? "a prefill" : null) ??
    toolsFault(wire, body, rules) ??
    valuesFault(target, body, rules) ??
    (isClaude(target) ? claudeFault(wire, body) : null) ??
    EXTRA[wire]?.(body, target) ??
    null
  );
}

/** Marks count in the order of the cached prefix, whatever the order in the body is. */
function marksFault(body: JsonObject, { maxMarks }: Rules): string | null {
  const { tools, toolConfig, system, ...rest } = body;
  const text = JSON.stringify([tools, toolConfig, system, rest]);
  const marks = [...text.matchAll(/"(?:cache_control|cachePoint|prompt_cache_breakpoint)":(\{[^}]*\})/g)];
  if (marks.length > maxMarks) return `${marks.length} cache marks`;
  const isLong = marks.map(([, mark]) => mark?.includes('"1h"') === true);
  return isLong.lastIndexOf(true) > isLong.indexOf(false) && isLong.includes(false)
    ? "a cache mark for an hour behind one for minutes"
    : null;
}

const valueOf = (body: JsonObject, wire: ProviderWire, field: NeutralField): unknown => {
  const names: Partial<Record<ProviderWire, string>> = FIELD_MAP[field].names;
  return names[wire]?.split(".").reduce<unknown>((at, name) => asObject(at)?.[name], body);
};

function valuesFault({ wire, profile }: AdaptTarget, body: JsonObject, rules: Rules): string | null {
  if (profile.thinking === "none" && valueOf(body, wire, "reasoning") !== undefined) return "thinking asked of none";
  const stops = asArray(valueOf(body, wire, "stop"));
  if (stops.length > rules.maxStops) return `${stops.length} stops`;
  if (wire === "anthropic-messages" && stops.some((stop) => String(stop).trim() === "")) return "a blank stop";
  const temperature = valueOf(body, wire, "temperature");
  if (typeof temperature === "number" && temperature > rules.maxTemperature) return `a temperature of ${temperature}`;
  const limit = valueOf(body, wire, "maxOutputTokens");
  const least = wire === "openai-responses" ? 16 : 1;
  const most = profile.maxOutputTokens ?? Number.POSITIVE_INFINITY;
  if (typeof limit === "number" && (limit < least || limit > most)) return `a limit of ${limit}`;
  const drawn = (["temperature", "topP", "topK", "presencePenalty", "frequencyPenalty"] as const).find(
    (field) => valueOf(body, wire, field) !== undefined,
  );
  return profile.sampling === false && drawn !== undefined ? `${drawn} for a model that refuses it` : null;
}

function conversationFault(said: Said[], rules: Rules): string | null {
  const spoken = said.filter(({ role }) => role !== "system");
  if (rules.userFirst && spoken[0]?.role !== "user") return `begins with ${spoken[0]?.role ?? "nobody"}`;
  const seen = new Set<string>();
  let open: string[] = [];
  for (const [at, { role, calls, results, kinds, texts }] of said.entries()) {
    const fault = (what: string): string => `message ${at} (${role}): ${what}`;
    if (kinds.length === 0) return fault("is empty");
    if (rules.alternates && at > 0 && said[at - 1]?.role === role) return fault("follows one of the same role");
    if (texts.some((text) => (rules.blankText ? text === "" : text.trim() === ""))) return fault("has blank text");
    if (role === "system" && kinds.some((kind) => kind !== "text")) return fault(`has ${kinds.join(", ")}`);
    if (calls.length > 0 && role !== "assistant") return fault("has calls");
    if (results.length > 0 && role === "assistant") return fault("has results");
    if (role !== "tool" && kinds.indexOf("result") > 0) return fault("has results behind something else");
    for (const id of results) {
      if (!open.includes(id)) return fault(`result ${id} answers no open call`);
      open = open.filter((each) => each !== id);
    }
    // All results stand right behind the calls, whether in one message or in several.
    const isBehind = results.length === kinds.length && open.length > 0;
    if (open.length > 0 && !isBehind) return fault(`calls ${open.join(", ")} have no results`);
    for (const [id, name] of calls) {
      if (!rules.id.test(id)) return fault(`the id "${id}" is not legal`);
      if (!rules.name.test(name)) return fault(`the name "${name}" is not legal`);
      if (seen.has(id)) return fault(`the id "${id}" is used twice`);
      seen.add(id);
      open.push(id);
    }
  }
  return open.length > 0 ? `calls ${open.join(", ")} have no results at the end` : null;
}

function toolsFault(wire: ProviderWire, body: JsonObject, rules: Rules): string | null {
  const tools = readTools(wire, body);
  const names = tools.map(({ name }) => name);
  const bad = names.find((name) => !rules.name.test(name));
  if (bad !== undefined) return `the tool "${bad}" has no legal name`;
  if (new Set(names).size < names.length) return `two tools have one name: ${names.join(", ")}`;
  const unclear = tools.find(({ schema, isFunction }) => isFunction && !isRoot(schema, rules));
  if (unclear) return `the schema of ${unclear.name} is ${JSON.stringify(unclear.schema)}`;
  if (
    wire === "bedrock-converse" &&
    tools.some(({ description }) => typeof description === "string" && !description.trim())
  )
    return "a blank description";
  const choice =
    wire === "bedrock-converse"
      ? asObject(body["toolConfig"])?.["toolChoice"]
      : (body["tool_choice"] ?? body["toolConfig"]);
  if (choice !== undefined && names.length === 0) return "a choice among no tools";
  const named = /"name":"([^"]*)"/.exec(JSON.stringify(choice) ?? "")?.[1];
  return named !== undefined && !names.includes(named) ? `the tool "${named}" is chosen and not there` : null;
}

const isRoot = (schema: JsonObject | undefined, rules: Rules): boolean =>
  rules.schema === undefined ||
  (schema?.["type"] === "object" && (rules.schema === "object" || asObject(schema["properties"]) !== null));

/** Rules that only one wire has. */
const EXTRA: Partial<Record<ProviderWire, (body: JsonObject, target: AdaptTarget) => string | null>> = {
  "openai-chat": (body) => {
    const calls = asArray(body["messages"])
      .flatMap((each) => asArray(asObject(each)?.["tool_calls"]))
      .map(asObject);
    const args = calls.map((call) => asObject(call?.["function"])?.["arguments"]).filter((each) => each !== undefined);
    return args.every((each) => isObjectText(each)) ? null : "arguments that are no object";
  },
  "bedrock-converse": (body) => {
    const messages = JSON.stringify(body["messages"]);
    const names = messages.match(/"document":\{"format":"[^"]*","name":"[^"]*"/g) ?? [];
    if (new Set(names.map((name) => name.toLowerCase())).size < names.length) return "two documents have one name";
    const hasTools = /"tool(?:Use|Result)":/.test(messages);
    return hasTools && body["toolConfig"] === undefined ? "tool blocks without tools" : null;
  },
  "gemini-content": (body, { profile }) => {
    if (profile.unsignedCalls !== false) return null;
    const first = asArray(body["contents"]).map((content) =>
      asArray(asObject(content)?.["parts"])
        .map(asObject)
        .find((part) => part && "functionCall" in part),
    );
    return first.every((part) => !part || "thoughtSignature" in part) ? null : "a first call without a signature";
  },
};

function claudeFault(wire: ProviderWire, body: JsonObject): string | null {
  const value = (field: NeutralField): unknown => valueOf(body, wire, field);
  const limit = value("maxOutputTokens") ?? (wire === "bedrock-converse" ? Number.POSITIVE_INFINITY : undefined);
  if (typeof limit !== "number") return "no limit";
  if (value("temperature") !== undefined && value("topP") !== undefined) return "both a temperature and a top_p";
  const last = asArray(body["messages"])
    .map(asObject)
    .findLast((message) => message?.["role"] === "assistant");
  const blocks = asArray(last?.["content"]).map(asObject);
  const end = blocks.at(-1)?.["text"];
  const isPrefill = last !== undefined && last === asArray(body["messages"]).at(-1);
  if (isPrefill && typeof end === "string" && end !== end.trimEnd()) return "a prefill that ends in white space";
  const thinking = asObject(value("reasoning"));
  if (thinking?.["type"] !== "enabled") return null;
  const budget = thinking["budget_tokens"];
  if (typeof budget !== "number" || budget < 1_024 || budget >= limit)
    return `a budget of ${String(budget)} below ${limit}`;
  if (value("temperature") !== undefined || value("topK") !== undefined) return "thinking with a temperature or top_k";
  const choice = asObject(value("toolChoice"));
  if (choice && ["any", "tool"].some((word) => choice["type"] === word || word in choice)) return "a forced thinker";
  const isThought = blocks[0]?.["type"] === "thinking" || blocks[0]?.["type"] === "redacted_thinking";
  const calls = blocks.some((block) => block?.["type"] === "tool_use" || (block && "toolUse" in block));
  const goesOn = isPrefill || calls;
  return goesOn && !isThought && !(blocks[0] && "reasoningContent" in blocks[0]) ? "an unthought beginning" : null;
}

function isObjectText(text: unknown): boolean {
  try {
    return typeof text === "string" && asObject(JSON.parse(text)) !== null;
  } catch {
    return false;
  }
}
