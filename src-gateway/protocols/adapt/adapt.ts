/**
 * Fits a request to a wire, a model and a provider that it was not written for, before the encoder spells it.
 *
 * All the judgement of translation stands in this folder, so that codecs only read and write: what the target has no
 * word for is emulated, dropped with a note, or refused, as the table in `ir/field-map.ts` rules; and nothing moves that
 * does not have to.
 */
import { FIELD_MAP } from "../../ir/field-map.ts";
import type { Loss } from "../../ir/losses.ts";
import type { Turn } from "../../ir/part.ts";
import type { IrRequest } from "../../ir/request.ts";
import { additionalToolsOf } from "../openai-responses/tools.ts";
import { LossCollector, refuse } from "./loss-collector.ts";
import { withoutMarkers } from "./markers.ts";
import { adaptOpaque } from "./opaque.ts";
import { isEmpty, noteHome } from "./part.ts";
import { adaptReasoning } from "./reasoning.ts";
import { adaptOutput, adaptScalars, addInstruction } from "./scalars.ts";
import { settleThinking } from "./settle-thinking.ts";
import type { AdaptTarget } from "./target.ts";
import { adaptTools, type ToolNames } from "./tools.ts";
import { adaptTurns } from "./turns.ts";
import { withoutVolatile } from "./volatile.ts";

export interface Adapted {
  request: IrRequest;
  losses: Loss[];
  /** Null when the names went as they came. */
  names: ToolNames | null;
  /** Names, as the target knows them, of tools whose free text travels as a JSON argument. */
  wrapped: ReadonlySet<string>;
}

const NOTHING: ReadonlySet<string> = new Set();

/** @throws GatewayError unsupported_operation for what cannot be sent in any form. */
export function adaptRequest(request: IrRequest, target: AdaptTarget): Adapted {
  const losses = new LossCollector(request.source, target.wire);
  const returned = { ...request, model: target.model, turns: adaptOpaque(request, target, losses) };
  if (request.source === target.wire)
    return { request: returned, losses: losses.losses, names: null, wrapped: NOTHING };
  const known = withAdditionalTools(withoutVolatile(withoutMarkers(returned), losses));
  noteFields(known, losses);
  const tools = adaptTools(known, target, losses);
  const { output, instruction } = adaptOutput(known, target, losses);
  const scalars = adaptScalars(known, target, losses);
  const turns = addInstruction(adaptTurns(known.turns, tools, target, losses), instruction);
  const reasoning = settleThinking(
    adaptReasoning(known, target, losses),
    { turns, isLimited: request.maxOutputTokens !== undefined },
    target,
    scalars,
    losses,
  );
  const adapted: IrRequest = {
    source: request.source,
    model: target.model,
    stream: request.stream,
    wantsUsage: request.wantsUsage,
    turns,
    tools: tools.tools,
    ...(tools.toolChoice ? { toolChoice: tools.toolChoice } : {}),
    ...(output ? { output } : {}),
    ...scalars,
    ...(reasoning ? { reasoning } : {}),
    home: {},
  };
  // Without tools there is nothing to run in parallel.
  if (adapted.tools.length === 0 && adapted.parallelTools !== undefined) delete adapted.parallelTools;
  return { request: adapted, losses: losses.losses, names: tools.names, wrapped: tools.wrapped };
}

/** Codex sends the tools of newer models as an item of the input. */
function withAdditionalTools(request: IrRequest): IrRequest {
  if (request.source !== "openai-responses") return request;
  const tools = [...request.tools];
  const turns = request.turns.flatMap((turn): Turn[] => {
    const parts = turn.parts.filter((part) => {
      if (part.kind !== "native" || part.type !== "additional_tools") return true;
      tools.push(...additionalToolsOf(part));
      return false;
    });
    return parts.length === 0 && turn.parts.length > 0 ? [] : [{ ...turn, parts }];
  });
  return { ...request, tools, turns };
}

/** Asked for, and answered by no other provider. */
const REFUSED: Readonly<Record<string, (value: unknown) => boolean>> = {
  background: (value) => value === true,
  conversation: (value) => value !== null,
  prompt: (value) => value !== null,
  cachedContent: () => true,
  // The client holds back the history that the provider is to know from its thread.
  thread: () => true,
};
/** Says nothing to another provider: how the client's own wire is spoken. */
const SILENT: ReadonlySet<string> = new Set([
  "stream_options",
  "include",
  "betas",
  "client_metadata",
  "stream",
  "labels",
]);

/** Some clients of Gemini spell their fields with underscores. */
const camelCase = (key: string): string => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

function noteFields(request: IrRequest, losses: LossCollector): void {
  const { home } = request;
  for (const key in home) {
    const value = home[key];
    if (key.startsWith("$") || SILENT.has(key) || isEmpty(value)) continue;
    const known = request.source === "gemini-content" ? camelCase(key) : key;
    if (request.source !== "openai-chat" && REFUSED[known]?.(value)) {
      throw refuse(
        key,
        "needs a provider of the client's own protocol. Route this model to one, or leave the field out",
      );
    }
    losses.note("home", { field: key });
  }
  noteHome(request.reasoning?.home, FIELD_MAP.reasoning.names[request.source] ?? "reasoning", losses);
  noteHome(request.toolChoice?.home, FIELD_MAP.toolChoice.names[request.source] ?? "tool_choice", losses);
}
