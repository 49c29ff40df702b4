/** The fields of a foreign request that are single values: kept, clamped to what the target takes, or noted as lost. */
import type { NeutralField } from "../../ir/field-map.ts";
import { FIELD_MAP, rulingFor } from "../../ir/field-map.ts";
import type { JsonObject } from "../../ir/json.ts";
import type { Turn } from "../../ir/part.ts";
import type { IrRequest, OutputFormat } from "../../ir/request.ts";
import { asObject } from "../loose-json.ts";
import { type LossCollector, refuse } from "./loss-collector.ts";
import { noteHome } from "./part.ts";
import { shortHash } from "./short-hash.ts";
import { type AdaptTarget, isClaude, WIRE_TRAITS } from "./target.ts";

/** An answer cut at a few thousand tokens looks like a lazy model, so what is not asked for is not small. */
const DEFAULT_MAX_OUTPUT_TOKENS = 32_000;
const MIN_RESPONSES_OUTPUT_TOKENS = 16;

/** Fields that are either taken as they are or not at all. */
const PLAIN = [
  "topP",
  "topK",
  "seed",
  "presencePenalty",
  "frequencyPenalty",
  "parallelTools",
  "verbosity",
  "cacheKey",
  "metadata",
] as const satisfies readonly (keyof IrRequest & NeutralField)[];

const PLAIN_KEYS: ReadonlySet<string> = new Set(PLAIN);

const hasName = (field: NeutralField, { wire }: AdaptTarget): boolean => FIELD_MAP[field].names[wire] !== undefined;

/** Most requests have none of them, which their own few fields tell sooner. */
function hasPlain(request: IrRequest): boolean {
  for (const key in request) if (PLAIN_KEYS.has(key)) return true;
  return false;
}

function keepPlain(request: IrRequest, target: AdaptTarget, losses: LossCollector, kept: JsonObject): void {
  for (const field of PLAIN) {
    if (request[field] === undefined) continue;
    // Calls side by side are what every provider does that is told nothing.
    if (field === "parallelTools" && request.parallelTools === true && !hasName(field, target)) continue;
    if (rulingFor(field, target.wire).verdict === "lossless") kept[field] = request[field];
    else losses.note(field);
  }
}

export function adaptScalars(request: IrRequest, target: AdaptTarget, losses: LossCollector): Partial<IrRequest> {
  const kept: JsonObject = {};
  if (hasPlain(request)) keepPlain(request, target, losses, kept);
  if ((request.candidates ?? 1) > 1) losses.note("candidates");
  if (request.logprobs) losses.note("logprobs");
  // What clients of Responses want kept, the gateway keeps itself.
  if (request.store === true && request.source !== "openai-responses")
    losses.note("store", {
      verdict: "dropped",
      note: "is not passed on: answers are stored by the provider of the client's own protocol only",
    });
  if (request.serviceTier !== undefined && !isOrdinaryTier(request.serviceTier)) {
    losses.note("serviceTier", {
      verdict: "dropped",
      note: "means other prices at another provider, so it is not carried over",
    });
  }
  const result = kept as Partial<IrRequest>;
  adaptEndUser(request, target, losses, result);
  adaptTemperature(request, target, losses, result);
  adaptLimits(request, target, losses, result);
  return result;
}

/** What the strictest of the providers takes. */
const PLAIN_USER = /^[a-zA-Z0-9_-]{1,64}$/;

/** Claude Code names its user with a JSON text that most providers refuse as too long, or for its characters. */
function adaptEndUser(request: IrRequest, target: AdaptTarget, losses: LossCollector, kept: Partial<IrRequest>): void {
  const user = request.endUser;
  if (user === undefined) return;
  if (rulingFor("endUser", target.wire).verdict !== "lossless") return losses.note("endUser");
  const isPlain = PLAIN_USER.test(user);
  if (!isPlain) losses.note("endUser", { verdict: "emulated", note: "is sent as a short text that stands for it" });
  kept.endUser = isPlain ? user : `user_${shortHash(withoutSession(user), 14)}`;
}

/** The user is the same one in the next session. */
function withoutSession(user: string): string {
  try {
    const { session_id: _, ...who } = asObject(JSON.parse(user)) ?? {};
    return Object.keys(who).length === 0 ? user : JSON.stringify(who);
  } catch {
    return user;
  }
}

const isOrdinaryTier = (tier: string): boolean => ["auto", "default", "standard", "standard_only"].includes(tier);

function adaptTemperature(
  request: IrRequest,
  target: AdaptTarget,
  losses: LossCollector,
  kept: Partial<IrRequest>,
): void {
  const refuses = target.profile.sampling === false;
  if (refuses) {
    for (const field of ["topP", "topK", "presencePenalty", "frequencyPenalty"] as const) {
      if (kept[field] === undefined) continue;
      losses.note(field, { verdict: "dropped", note: "is left out, because the model refuses it" });
      delete kept[field];
    }
  }
  if (request.temperature === undefined) return;
  if (refuses) {
    losses.note("temperature", { verdict: "dropped", note: "is left out, because the model refuses it" });
    return;
  }
  const max = WIRE_TRAITS[target.wire].maxTemperature;
  if (request.temperature > max) losses.note("temperature", { verdict: "clamped", note: `is at most ${max} there` });
  kept.temperature = Math.min(request.temperature, max);
  if (isClaude(target) && kept.topP !== undefined) {
    losses.note("topP", {
      verdict: "dropped",
      note: "is left out, because the model takes either it or a temperature",
    });
    delete kept.topP;
  }
}

function adaptLimits(request: IrRequest, target: AdaptTarget, losses: LossCollector, kept: Partial<IrRequest>): void {
  const most = target.profile.maxOutputTokens ?? Number.POSITIVE_INFINITY;
  const asked = request.maxOutputTokens;
  if (asked !== undefined) {
    if (asked === 0)
      throw refuse("max_tokens", "is 0, which only warms the cache of a provider of the client's own protocol");
    const least = target.wire === "openai-responses" ? MIN_RESPONSES_OUTPUT_TOKENS : 1;
    kept.maxOutputTokens = Math.min(Math.max(asked, least), most);
    if (kept.maxOutputTokens !== asked)
      losses.note("maxOutputTokens", {
        verdict: "clamped",
        note: `is set to ${kept.maxOutputTokens}, the nearest that the model takes`,
      });
  } else if (target.wire === "anthropic-messages") kept.maxOutputTokens = Math.min(DEFAULT_MAX_OUTPUT_TOKENS, most);
  adaptStops(request, target, losses, kept);
}

function adaptStops(request: IrRequest, target: AdaptTarget, losses: LossCollector, kept: Partial<IrRequest>): void {
  if (!request.stop || request.stop.length === 0) return;
  const { maxStops } = WIRE_TRAITS[target.wire];
  if (rulingFor("stop", target.wire).verdict !== "lossless") return losses.note("stop");
  const usable =
    target.wire === "anthropic-messages" ? request.stop.filter((text) => text.trim() !== "") : request.stop;
  const stop = usable.slice(0, maxStops);
  if (stop.length < request.stop.length)
    losses.note("stop", { verdict: "clamped", note: `is cut to the ${stop.length} that the provider takes` });
  if (stop.length > 0) kept.stop = stop;
}

/** The wanted form of the answer, and what has to be said in words because the wire has no field for it. */
export function adaptOutput(
  request: IrRequest,
  target: AdaptTarget,
  losses: LossCollector,
): { output?: OutputFormat; instruction: string | null } {
  const { output } = request;
  if (!output || output.kind === "text") return { instruction: null };
  const { home, ...plain } = output;
  noteHome(home, FIELD_MAP.output.names[request.source] ?? "output", losses);
  const onlySchema = target.wire === "anthropic-messages";
  const takes =
    rulingFor("output", target.wire).verdict === "lossless" &&
    target.profile.structuredOutput !== false &&
    !target.compat.has("no-response-format") &&
    (output.kind === "schema" || !onlySchema);
  if (takes) return { output: plain, instruction: null };
  losses.note("output", { verdict: "emulated", note: "is asked for in the system prompt" });
  const schema = output.schema ? ` that fits this JSON Schema: ${JSON.stringify(output.schema)}` : "";
  return { instruction: `Answer with one JSON object${schema} and nothing else: no explanation, no code fence.` };
}

/** The instruction stands behind the system prompt. */
export function addInstruction(turns: Turn[], instruction: string | null): Turn[] {
  if (instruction === null) return turns;
  const at = turns.findIndex((turn) => turn.role !== "system");
  return turns.toSpliced(at < 0 ? turns.length : at, 0, {
    role: "system",
    parts: [{ kind: "text", text: instruction }],
  });
}
