/** The most that a request may use, from its body alone: what is reserved for it before anybody is asked. */
import type { Amounts } from "../budgets/types.ts";
import type { Surface } from "../ir/protocol.ts";
import { valueAt } from "../lib/json-values.ts";
import { asObject } from "../protocols/loose-json.ts";
import type { RequestBody } from "../protocols/types.ts";
import { profileOf } from "../providers/model-profiles.ts";
import type { ExchangeWorld, Spender } from "./types.ts";

export interface Weighed {
  surface: Surface;
  /** Null where the body is handed through unread: what it holds are no tokens that could be told. */
  body: RequestBody | null;
  /** Only what was sent, and no answer. */
  isInputOnly?: boolean;
}

export interface SpendTarget {
  provider: string;
  /** Null where the request is about no model, and costs nothing. */
  model: string | null;
}

/** Text in any language and script has more bytes than this to a token. */
const BYTES_PER_TOKEN = 3;
/** Of a model whose maximum nobody tells. */
const UNKNOWN_OUTPUT_TOKENS = 32_768;
/** Asking for the size of a context is worth it only where it may matter. */
const LONG_INPUT_TOKENS = 50_000;

const ANSWERING_IN_TEXT: ReadonlySet<Surface> = new Set(["chat", "responses", "messages", "gemini", "completions"]);
const OUTPUT_FIELDS = ["max_tokens", "max_completion_tokens", "max_output_tokens"] as const;

export async function estimateSpend(
  { surface, body, isInputOnly = false }: Weighed,
  { provider, model }: SpendTarget,
  world: Pick<ExchangeWorld, "maxOutputTokens">,
  spender: Spender,
): Promise<Amounts> {
  if (model === null) return { costNano: 0, tokens: 0 };
  const inputTokens = body === null ? 0 : longestInput(body.bytes.length, spender, provider, model);
  const outputTokens =
    body === null || isInputOnly ? 0 : longestAnswer(surface, body, () => modelMaximum(world, provider, model));
  const costNano = await spender.costAtMost({
    provider,
    model,
    inputTokens,
    outputTokens,
    serviceTier: body === null ? null : textOf(body, "service_tier"),
    images: surface === "images" && body !== null ? Math.max(1, countOf(body, "n") ?? 1) : 0,
    cachesLong: body?.bytes.includes('"1h"') ?? false,
  });
  return { costNano, tokens: inputTokens + outputTokens };
}

function longestInput(bytes: number, spender: Spender, provider: string, model: string): number {
  const tokens = Math.ceil(bytes / BYTES_PER_TOKEN);
  if (tokens <= LONG_INPUT_TOKENS) return tokens;
  // A picture has more bytes than it has tokens, and more than the context nobody takes.
  return Math.min(tokens, spender.contextTokens(provider, model) ?? tokens);
}

const modelMaximum = (world: Pick<ExchangeWorld, "maxOutputTokens">, provider: string, model: string): number =>
  world.maxOutputTokens(provider, model) ?? profileOf(model).maxOutputTokens ?? UNKNOWN_OUTPUT_TOKENS;

function longestAnswer(surface: Surface, body: RequestBody, maximum: () => number): number {
  const config = surface === "gemini" ? generationConfig(body) : null;
  const asked = config
    ? [config["maxOutputTokens"], config["max_output_tokens"]].find((value) => typeof value === "number")
    : OUTPUT_FIELDS.map((name) => countOf(body, name)).find((value) => value !== null);
  if (asked === undefined && !ANSWERING_IN_TEXT.has(surface)) return 0;
  const answers = (config ? config["candidateCount"] : countOf(body, "n")) ?? 1;
  const each = typeof asked === "number" && asked >= 0 ? asked : maximum();
  return Math.ceil(each * Math.max(1, typeof answers === "number" ? answers : 1));
}

function generationConfig(body: RequestBody): Record<string, unknown> {
  for (const name of ["generationConfig", "generation_config"]) {
    const member = body.root.members.get(name);
    if (member?.kind !== "object") continue;
    return asObject(valueAt(body.bytes, body.root, member)) ?? {};
  }
  return {};
}

function countOf({ bytes, root }: RequestBody, name: string): number | null {
  const member = root.members.get(name);
  return member?.kind === "number" ? Number(bytes.toString("latin1", member.start, member.end)) : null;
}

function textOf({ bytes, root }: RequestBody, name: string): string | null {
  const member = root.members.get(name);
  return member?.kind === "string" ? (JSON.parse(bytes.toString("utf8", member.start, member.end)) as string) : null;
}
