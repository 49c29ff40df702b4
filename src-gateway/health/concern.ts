/** Whom the end of an attempt concerns: the whole provider, one of its models, a key, a key with one model, or nobody. */
import { ERROR_CATALOGUE, type ErrorCode } from "../ir/errors.ts";
import type { Verdict } from "./circuit.ts";
import type { AttemptOutcome } from "./types.ts";

export interface Concern {
  /** Can the provider be reached? */
  provider: Verdict;
  /** Does the model answer? */
  model: Verdict;
  /** Who has to be left alone for a while, and why. */
  rest: RestOrder | null;
}

export interface RestOrder {
  scope: "model" | "key" | "key-and-model";
  cause: "throttled" | "quota" | "auth";
  /** As the provider has it; null when it does not say. */
  askedMs: number | null;
}

const ALL_WELL: Concern = { provider: "worked", model: "worked", rest: null };
const NOTHING: Concern = { provider: "unclear", model: "unclear", rest: null };

/** A provider's word is believed, but not for ever: some subscriptions start anew after weeks, none after years. */
const MAX_REST_MS = 31 * 24 * 3_600_000;

export function concernOf(outcome: AttemptOutcome): Concern {
  switch (outcome.kind) {
    case "unrelated":
      return NOTHING;
    case "answered":
      return ALL_WELL;
    case "broken": {
      const concern = failed({ errorCode: outcome.errorCode, status: 200, askedMs: null });
      return { ...concern, provider: "worked" };
    }
    case "failed":
      return failed({ ...outcome, askedMs: asked(outcome.retryAfterMs) });
  }
}

/** Says something about the target, good or bad; what was the request's own fault does not. */
export const isTelling = (concern: Concern): boolean => isBad(concern) || concern.model === "worked";
export const isBad = ({ provider, model, rest }: Concern): boolean =>
  provider === "failed" || model === "failed" || rest !== null;

interface Failed {
  errorCode: string;
  status: number | null;
  askedMs: number | null;
}

function failed({ errorCode, status, askedMs }: Failed): Concern {
  // Whoever answers can be reached, whatever the answer.
  const provider: Verdict = status === null ? "unclear" : "worked";
  const rest = (scope: RestOrder["scope"], cause: RestOrder["cause"]): Concern => ({
    provider,
    model: "unclear",
    rest: { scope, cause, askedMs },
  });
  switch (kindOf(errorCode, status)) {
    case "nothing":
      return { ...NOTHING, provider };
    case "connect":
      return status === null ? { ...NOTHING, provider: "failed" } : { provider, model: "failed", rest: null };
    case "quota":
      return rest("key", "quota");
    case "auth":
      // A key that is refused for one model may be good for the others; one that is not known is good for none.
      return rest(status === 403 ? "key-and-model" : "key", "auth");
    case "throttled":
      return rest("key-and-model", "throttled");
    case "fault":
      return {
        provider,
        model: "failed",
        rest: askedMs === null ? null : { scope: "model", cause: "throttled", askedMs },
      };
  }
}

type Kind = "nothing" | "connect" | "quota" | "auth" | "throttled" | "fault";

const BY_CODE: Partial<Record<ErrorCode, Kind>> = {
  provider_unreachable: "connect",
  provider_auth_failed: "auth",
  quota_exceeded: "quota",
  rate_limited: "throttled",
  // The gateway's own answers: no provider had a part in them.
  request_timeout: "nothing",
  shutting_down: "nothing",
  disk_full: "nothing",
  paused: "nothing",
};

const BY_STATUS: Readonly<Record<number, Kind>> = {
  401: "auth",
  402: "quota",
  403: "auth",
  408: "fault",
  429: "throttled",
};

const FAULTY: ReadonlySet<string> = new Set(["overloaded", "timeout", "provider"]);

/** Codes come from the catalogue; of one that does not, the status decides. */
function kindOf(errorCode: string, status: number | null): Kind {
  if (Object.hasOwn(ERROR_CATALOGUE, errorCode)) {
    const code = errorCode as ErrorCode;
    return BY_CODE[code] ?? (FAULTY.has(ERROR_CATALOGUE[code].class) ? "fault" : "nothing");
  }
  if (errorCode === "insufficient_quota") return "quota";
  if (status === null || status < 400 || status >= 500) return "fault";
  return BY_STATUS[status] ?? "nothing";
}

function asked(retryAfterMs: number | null): number | null {
  if (retryAfterMs === null || !(retryAfterMs > 0)) return null;
  return Math.min(retryAfterMs, MAX_REST_MS);
}
