/** What Claude Code writes into its requests for Anthropic's servers alone: no model is meant to read it. */
import type { Part, Tool, Turn } from "../../ir/part.ts";
import type { IrRequest } from "../../ir/request.ts";

/** Stands first in the system prompt and differs from session to session, which would spoil every other provider's cache. */
const BILLING = /^x-anthropic-billing-header:[^\n]*$/;

/** Keeps the search for tools switched on at Anthropic while no tool is deferred. */
const PLACEHOLDER = "DeferredToolPlaceholder";

export function withoutMarkers(request: IrRequest): IrRequest {
  if (request.source !== "anthropic-messages") return request;
  return {
    ...request,
    turns: request.turns.flatMap(withoutBilling),
    tools: request.tools.filter((tool) => !isPlaceholder(tool)),
  };
}

function withoutBilling(turn: Turn): Turn[] {
  if (turn.role !== "system") return [turn];
  const parts = turn.parts.filter((part) => !isBilling(part));
  return parts.length === 0 && turn.parts.length > 0 ? [] : [{ ...turn, parts }];
}

const isBilling = (part: Part): boolean => part.kind === "text" && BILLING.test(part.text.trim());

const isPlaceholder = (tool: Tool): boolean =>
  tool.kind === "function" && tool.name === PLACEHOLDER && tool.home?.["defer_loading"] === true;
