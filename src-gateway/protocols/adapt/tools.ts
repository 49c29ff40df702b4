/** Tools as functions with names that the target takes, and the way back for the calls of its answer. */
import type { JsonObject } from "../../ir/json.ts";
import type { CustomTool, FunctionTool, NamespaceTool, Part, Tool, ToolChoice } from "../../ir/part.ts";
import type { IrRequest } from "../../ir/request.ts";
import { mapSame } from "../../lib/same-list.ts";
import { asObject } from "../loose-json.ts";
import { type LossCollector, refuse } from "./loss-collector.ts";
import { keepMark, noteHome } from "./part.ts";
import { shortHash } from "./short-hash.ts";
import { type AdaptTarget, WIRE_TRAITS } from "./target.ts";

/** A tool as the client knows it. */
export interface ClientTool {
  name: string;
  namespace?: string;
  /** It takes free text, which travels as the one argument `input`. */
  custom?: boolean;
}

export interface ToolNames {
  toTarget(name: string, namespace?: string): string;
  /** Null for a name that the client never gave. */
  toClient(name: string): ClientTool | null;
}

/** The argument that free text travels in. */
export const TEXT_ARGUMENT = "input";

export interface AdaptedTools {
  tools: Tool[];
  toolChoice: ToolChoice | undefined;
  names: ToolNames;
  /** Names, as the target knows them, of tools that take free text and are sent as functions. */
  wrapped: ReadonlySet<string>;
}

export function adaptTools(request: IrRequest, target: AdaptTarget, losses: LossCollector): AdaptedTools {
  const traits = WIRE_TRAITS[target.wire];
  const byTarget = new Map<string, ClientTool>();
  const bySource = new Map<string, string>();
  const wrapped = new Set<string>();

  const register = (client: ClientTool): string => {
    const key = keyOf(client.name, client.namespace);
    const known = bySource.get(key);
    if (known !== undefined) return known;
    const wanted = client.namespace === undefined ? client.name : `${client.namespace}__${client.name}`;
    let name = legalName(wanted, traits.toolName, traits.maxToolName);
    for (let n = 2; byTarget.has(name); n++) name = withSuffix(wanted, shortHash(`${key} ${n}`, 8), traits.maxToolName);
    byTarget.set(name, client);
    bySource.set(key, name);
    return name;
  };

  const tools: Tool[] = [];
  const added = new Set<string>();
  const add = (tool: FunctionTool | CustomTool): void => {
    if (added.has(tool.name))
      losses.note("home", { field: "tools[].name", note: "is the name of a tool before it, so the tool is left out" });
    else tools.push(tool);
    added.add(tool.name);
  };
  const allowed = request.toolChoice?.allowed;
  const take = (tool: Tool, namespace?: string): void => {
    switch (tool.kind) {
      case "function":
        if (!isAllowed(tool.name, allowed)) return;
        add(asFunction(tool, register(clientTool(tool, namespace)), losses));
        return;
      case "custom": {
        if (!isAllowed(tool.name, allowed)) return;
        noteHome(tool.home, "tools[]", losses);
        const name = register({ ...clientTool(tool, namespace), custom: true });
        if (keepsCustom(target)) add(plainCustom(tool, name));
        else {
          losses.note("customTool", {
            verdict: "emulated",
            note: "is sent as a function with one text argument, and its calls are turned back",
          });
          wrapped.add(name);
          add(wrapCustom(tool, name));
        }
        return;
      }
      case "namespace":
        losses.note("namespaceTool");
        noteHome(tool.home, "tools[]", losses);
        for (const inner of tool.tools) take(inner, tool.name);
        return;
      case "native":
        losses.note("nativeTool", { field: `tools[type=${tool.type}]` });
    }
  };
  for (const tool of request.tools) take(tool);
  if (allowed) losses.note("allowedTools");
  refuseOnlyNative(request, tools);
  const names: ToolNames = {
    toTarget: (name, namespace) =>
      bySource.get(keyOf(name, namespace)) ??
      legalName(namespace === undefined ? name : `${namespace}__${name}`, traits.toolName, traits.maxToolName),
    toClient: (name) => byTarget.get(name) ?? null,
  };
  return { tools, toolChoice: adaptChoice(request, tools, names, losses), names, wrapped };
}

const keyOf = (name: string, namespace: string | undefined): string => `${namespace ?? ""}\n${name}`;
const isAllowed = (name: string, allowed: string[] | undefined): boolean => !allowed || allowed.includes(name);

/** Most servers that speak chat know functions only. */
const keepsCustom = (target: AdaptTarget): boolean =>
  target.wire === "openai-responses" || (target.wire === "openai-chat" && target.compat.has("custom-tools"));

const clientTool = (tool: FunctionTool | CustomTool, namespace: string | undefined): ClientTool => ({
  name: tool.name,
  ...(namespace === undefined ? {} : { namespace }),
});

function asFunction(tool: FunctionTool, name: string, losses: LossCollector): FunctionTool {
  const schema = losses.target === "gemini-content" ? (tool.schema ?? NO_ARGUMENTS) : asRoot(tool.schema);
  const isPlain = tool.home === undefined && tool.strict === undefined && tool.cache === undefined;
  if (isPlain && tool.name === name && tool.schema === schema) return tool;
  const { home, strict, cache, ...known } = tool;
  noteHome(home, "tools[]", losses);
  if (strict === true) losses.note("toolStrict");
  const keepsStrict = strict !== undefined && losses.target.startsWith("openai-");
  return {
    ...known,
    name,
    ...keepMark(cache, "tools[].cache_control", losses),
    ...(keepsStrict ? { strict } : {}),
    schema,
  };
}

const NO_ARGUMENTS: JsonObject = { type: "object", properties: {} };

/** Tools of MCP servers that take no arguments often name no properties, and OpenAI refuses a whole request for one. */
const asRoot = (schema: JsonObject | undefined): JsonObject =>
  schema?.["type"] === "object" && asObject(schema["properties"]) !== null
    ? schema
    : { ...NO_ARGUMENTS, ...schema, type: "object", properties: asObject(schema?.["properties"]) ?? {} };

function plainCustom(tool: CustomTool, name: string): CustomTool {
  const { home: _, ...known } = tool;
  return { ...known, name };
}

function wrapCustom(tool: CustomTool, name: string): FunctionTool {
  const grammar = tool.grammar
    ? `\n\nThe text must follow this ${tool.grammar.syntax} grammar:\n${tool.grammar.definition}`
    : "";
  const description = `${tool.description ?? ""}${grammar}`.trim();
  return {
    kind: "function",
    name,
    ...(description === "" ? {} : { description }),
    schema: {
      type: "object",
      properties: { [TEXT_ARGUMENT]: { type: "string", description: "The whole input of the tool, as plain text." } },
      required: [TEXT_ARGUMENT],
      additionalProperties: false,
    },
  };
}

/** A model that was promised a web search and has none invents its results, so that is refused. */
function refuseOnlyNative(request: IrRequest, tools: Tool[]): void {
  if (tools.length > 0) return;
  const native = request.tools.find((tool) => tool.kind === "native");
  if (native) {
    throw refuse(
      `tools[type=${native.type}]`,
      "is a tool that the provider itself runs, and the provider chosen for this model does not have it. Route this model to a provider of the client's own protocol",
    );
  }
}

function adaptChoice(
  request: IrRequest,
  tools: Tool[],
  names: ToolNames,
  losses: LossCollector,
): ToolChoice | undefined {
  const choice = request.toolChoice;
  if (!choice) return undefined;
  if (tools.length === 0) {
    const mayCall = choice.mode !== "none" && choice.mode !== "auto";
    if (mayCall)
      losses.note("toolChoice", { verdict: "dropped", note: "is left out, because no tool is left to choose" });
    return undefined;
  }
  noteChoice(choice, request, losses);
  if (choice.mode !== "named") return { mode: choice.mode };
  const wanted = choice.name ?? "";
  const name = names.toTarget(wanted, namespaceOf(wanted, request.tools));
  if (tools.some((tool) => "name" in tool && tool.name === name)) return { mode: "named", name };
  const isNative = request.tools.some((tool) => tool.kind === "native" && (tool.raw["name"] ?? tool.type) === wanted);
  throw refuse(
    "tool_choice",
    isNative
      ? `asks for the tool "${wanted}", which the provider chosen for this model does not have`
      : `asks for the tool "${wanted}", which is not among the tools of this request`,
  );
}

/** What a wire has no field for can be obeyed all the same, now and then. */
function noteChoice(choice: ToolChoice, request: IrRequest, losses: LossCollector): void {
  // Left to the model it is anyway, and without tools none is called.
  if (choice.mode === "auto" && !choice.allowed) return;
  if (choice.mode !== "none") return losses.note("toolChoice");
  const hasCalls = request.turns.some((turn) => turn.parts.some((part) => part.kind === "call"));
  if (losses.target === "bedrock-converse" && hasCalls)
    losses.note("toolChoice", {
      verdict: "dropped",
      note: 'cannot be "none" there, because a conversation with calls is refused without tools',
    });
}

function namespaceOf(name: string, tools: readonly Tool[]): string | undefined {
  if (tools.some((tool) => "name" in tool && tool.kind !== "namespace" && tool.name === name)) return undefined;
  const space = tools.find(
    (tool): tool is NamespaceTool =>
      tool.kind === "namespace" && tool.tools.some((inner) => "name" in inner && inner.name === name),
  );
  return space?.name;
}

function legalName(name: string, pattern: RegExp, max: number): string {
  if (name.length <= max && pattern.test(name)) return name;
  return withSuffix(name, shortHash(name, 8), max);
}

function withSuffix(name: string, suffix: string, max: number): string {
  const plain = name.replace(/[^a-zA-Z0-9_-]/g, "_").replace(/^[^a-zA-Z_]/, "_");
  return `${plain.slice(0, max - suffix.length - 1)}_${suffix}`;
}

/** Calls and results of the history, under the names of the target. */
export function renameCalls(parts: Part[], { names, wrapped }: AdaptedTools): Part[] {
  return mapSame(parts, (part): Part => {
    if (part.kind !== "call") return part;
    const { namespace, custom, ...call } = part;
    const name = names.toTarget(part.name, namespace);
    if (!custom) return name === part.name && namespace === undefined ? part : { ...call, name };
    // A tool that is no longer offered was called as free text, too.
    return wrapped.has(name) || names.toClient(name) === null
      ? { ...call, name, args: JSON.stringify({ [TEXT_ARGUMENT]: part.args }) }
      : { ...call, name, custom };
  });
}
