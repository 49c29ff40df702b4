/** A provider's list of models, in whatever shape it comes. Pure; skips what it cannot read. */
import { asArray, asObject, asText, type JsonObject, parseObject } from "../protocols/loose-json.ts";

export interface ModelEntry {
  id: string;
  ownedBy?: string;
  /** Seconds since 1970. */
  createdAt?: number;
  displayName?: string;
  contextTokens?: number;
  maxOutputTokens?: number;
}

export interface ModelPage {
  models: ModelEntry[];
  /** Query that asks for the next page; null on the last one. */
  next: string | null;
}

export function readModelPage(body: Buffer): ModelPage {
  const json = parseObject(body);
  if (json === null) return { models: asArray(parseList(body)).flatMap(readEntry), next: null };
  const gemini = asArray(json["models"]);
  if (gemini.length > 0) {
    const token = asText(json["nextPageToken"]);
    return { models: gemini.flatMap(readEntry), next: token ? `pageToken=${encodeURIComponent(token)}` : null };
  }
  const last = json["has_more"] === true ? asText(json["last_id"]) : null;
  return {
    models: asArray(json["data"]).flatMap(readEntry),
    next: last ? `after_id=${encodeURIComponent(last)}` : null,
  };
}

/** Some providers send the list bare. */
function parseList(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return null;
  }
}

function readEntry(value: unknown): ModelEntry[] {
  const model = asObject(value);
  const id = asText(model?.["id"]) ?? asText(model?.["name"]);
  if (!model || !id) return [];
  const entry: ModelEntry = { id: id.replace(/^models\//, "") };
  const ownedBy = asText(model["owned_by"]);
  const displayName = asText(model["display_name"]) ?? asText(model["displayName"]);
  const createdAt = timeOf(model);
  const contextTokens = numberOf(
    model,
    "context_length",
    "context_window",
    "max_input_tokens",
    "inputTokenLimit",
    "max_model_len",
  );
  const maxOutputTokens = numberOf(
    model,
    "max_output_tokens",
    "max_completion_tokens",
    "outputTokenLimit",
    "max_tokens",
  );
  if (ownedBy) entry.ownedBy = ownedBy;
  if (displayName) entry.displayName = displayName;
  if (createdAt !== null) entry.createdAt = createdAt;
  if (contextTokens !== null) entry.contextTokens = contextTokens;
  if (maxOutputTokens !== null) entry.maxOutputTokens = maxOutputTokens;
  return [entry];
}

function timeOf(model: JsonObject): number | null {
  if (typeof model["created"] === "number" && model["created"] > 0) return Math.floor(model["created"]);
  const parsed = Date.parse(asText(model["created_at"]) ?? "");
  return Number.isNaN(parsed) ? null : Math.floor(parsed / 1000);
}

function numberOf(model: JsonObject, ...names: string[]): number | null {
  for (const name of names) {
    const value = model[name];
    if (typeof value === "number" && Number.isFinite(value) && value > 0) return value;
  }
  return null;
}
