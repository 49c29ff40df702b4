import type { FunctionTool, Part, ToolChoice } from "../../ir/part.ts";
import type { IrRequest } from "../../ir/request.ts";
import type { EncodeTarget } from "../codec.ts";
import type { JsonObject } from "../loose-json.ts";
import { cachePoint } from "./parts.ts";

const EMPTY_SCHEMA: JsonObject = { type: "object", properties: {} };

/** The tools of a request; undefined when it needs none. */
export function encodeToolConfig(request: IrRequest, target: EncodeTarget): JsonObject | undefined {
  const history = request.turns.flatMap((turn) => turn.parts);
  const hasToolBlocks = history.some((part) => part.kind === "call" || part.kind === "result");
  const choice = request.toolChoice;
  // There is no word for "none": without tools none is called, but a history with calls is refused without tools.
  const functions = choice?.mode === "none" && !hasToolBlocks ? [] : declared(request);
  if (functions.length > 0) {
    const toolChoice = encodeChoice(choice);
    return {
      tools: functions.flatMap((tool) => encodeTool(tool, target)),
      ...(toolChoice === undefined ? {} : { toolChoice }),
    };
  }
  if (!hasToolBlocks) return undefined;
  return { tools: calledNames(history).flatMap((name) => encodeTool({ kind: "function", name }, target)) };
}

function declared(request: IrRequest): FunctionTool[] {
  const allowed = request.toolChoice?.allowed;
  return request.tools
    .filter((tool) => tool.kind === "function")
    .filter((tool) => allowed === undefined || allowed.includes(tool.name));
}

function calledNames(history: readonly Part[]): string[] {
  const names = new Set<string>();
  for (const part of history) {
    if (part.kind === "call") names.add(part.name);
    if (part.kind === "result" && part.name !== undefined) names.add(part.name);
  }
  return [...names];
}

function encodeTool(tool: FunctionTool, target: EncodeTarget): JsonObject[] {
  const description = tool.description?.trim() ? tool.description : undefined;
  const toolSpec = {
    name: tool.name,
    // A blank description is refused; none is fine.
    ...(description === undefined ? {} : { description }),
    // The schema's own type has to be named, and has to be "object".
    inputSchema: { json: tool.schema === undefined ? EMPTY_SCHEMA : { ...tool.schema, type: "object" } },
    // Many models here refuse the field, so it goes only to those that are known to take it.
    ...(tool.strict === true && target.profile.structuredOutput === true ? { strict: true } : {}),
  };
  return tool.cache ? [{ toolSpec }, cachePoint(tool.cache.ttl)] : [{ toolSpec }];
}

function encodeChoice(choice: ToolChoice | undefined): JsonObject | undefined {
  switch (choice?.mode) {
    case "auto":
      return { auto: {} };
    case "required":
      return { any: {} };
    case "named":
      return choice.name === undefined ? { any: {} } : { tool: { name: choice.name } };
    default:
      return undefined;
  }
}
