/** What Claude Code puts among its tools for Anthropic's servers alone: no model is meant to call it. */
import type { Tool } from "../../ir/part.ts";
import type { IrRequest } from "../../ir/request.ts";
import { filterSame } from "../../lib/same-list.ts";

/** Keeps the search for tools switched on at Anthropic while no tool is deferred. */
const PLACEHOLDER = "DeferredToolPlaceholder";

export function withoutMarkers(request: IrRequest): IrRequest {
  if (request.source !== "anthropic-messages") return request;
  const tools = filterSame(request.tools, (tool) => !isPlaceholder(tool));
  return tools === request.tools ? request : { ...request, tools };
}

const isPlaceholder = (tool: Tool): boolean =>
  tool.kind === "function" && tool.name === PLACEHOLDER && tool.home?.["defer_loading"] === true;
