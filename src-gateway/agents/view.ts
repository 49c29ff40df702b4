/** An agent as it is shown, in the console as in a terminal. Pure. */
import type { AgentUndoneView, AgentView } from "../admin-api/contract/agent-schemas.ts";
import type { AgentState } from "./desk.ts";
import type { DisconnectedFile } from "./disconnect.ts";
import { nameOf } from "./json.ts";
import type { OfferedModel } from "./types.ts";

/** When an agent's key was used; null where nobody knows or it was not. */
export interface SeenRequests {
  firstAtUs: number | null;
  lastAtUs: number | null;
}

export const NEVER: SeenRequests = { firstAtUs: null, lastAtUs: null };

/** @param baseUrl of the gateway now; null where none is known. */
export function agentView(state: AgentState, seen: SeenRequests, baseUrl: string | null): AgentView {
  const { recipe, installed, journal, drift, conflicts } = state;
  const { id, title, support, speaks, afterwards } = recipe;
  return {
    id,
    title,
    support,
    speaks,
    state: stateOf(state, seen, baseUrl),
    where: installed?.where ?? null,
    version: installed?.version ?? null,
    files: journal?.files.map(({ path }) => path) ?? [],
    baseUrl: journal?.baseUrl ?? null,
    model: journal?.model ?? null,
    apiKeyId: journal?.apiKeyId ?? null,
    connectedAtUs: journal === null ? null : journal.connectedAtMs * 1000,
    verifiedAtUs: seen.firstAtUs,
    lastRequestAtUs: seen.lastAtUs,
    drift,
    conflicts,
    afterwards,
    guide: recipe.guide?.() ?? [],
  };
}

function stateOf(state: AgentState, seen: SeenRequests, baseUrl: string | null): AgentView["state"] {
  const { recipe, installed, journal, drift, conflicts } = state;
  if (journal === null) {
    if (installed === null) return "not-installed";
    if (recipe.support !== "written") return "by-hand";
    return conflicts.some(({ kind }) => kind === "policy") ? "managed" : "available";
  }
  if (drift.length > 0) return "drifted";
  if (baseUrl !== null && journal.baseUrl !== baseUrl) return "moved";
  if (conflicts.length > 0) return "conflicting";
  return seen.firstAtUs === null ? "connected" : "verified";
}

export const undoneFiles = (files: DisconnectedFile[]): AgentUndoneView["files"] =>
  files.map(({ path, how, left }) => ({
    path,
    how,
    left: left.map((each) => ({ key: nameOf(each.path), line: each.line, why: each.why })),
  }));

/** As the gateway lists models. */
export const offeredModels = (
  models: readonly { id: string; contextTokens?: number | undefined; maxOutputTokens?: number | undefined }[],
): OfferedModel[] =>
  models.map(({ id, contextTokens, maxOutputTokens }) => ({
    id,
    contextTokens: contextTokens ?? null,
    outputTokens: maxOutputTokens ?? null,
  }));

/** Of the agent's key: which agent it is for, and nothing of the admin API. */
export const keyScopes = (id: string): string[] => [`agent:${id}`, "admin:none"];
