/** `Idempotency-Key`: the same request with the same key is done once, however often it arrives. */
import { setTimeout as wait } from "node:timers/promises";
import type { Request } from "express";
import { GatewayError } from "../ir/errors.ts";
import type { Caller } from "./caller.ts";
import type { AdminDeps } from "./deps.ts";
import { errorBody, toShownError } from "./send-error.ts";

export interface Answer {
  status: number;
  /** JSON. */
  body: string;
  /** Given before, and not worked for again. */
  isReplayed?: boolean;
}

const KEY = /^[\x21-\x7e]{1,255}$/;
/** How long one waits for another with the same key that is being worked on. */
const PATIENCE_MS = 10_000;
const LOOK_EVERY_MS = 50;

/** @throws GatewayError idempotency_mismatch, conflict, invalid_request, and what `work` throws. */
export async function answerOnce(
  deps: Pick<AdminDeps, "keptAnswers">,
  caller: Caller | null,
  request: Request,
  work: () => Promise<Answer>,
): Promise<Answer> {
  const key = request.headers["idempotency-key"];
  if (key === undefined || caller === null || request.method !== "POST") return work();
  if (typeof key !== "string" || !KEY.test(key)) {
    throw new GatewayError("invalid_request", "An Idempotency-Key has 1 to 255 visible characters of ASCII.", {
      param: "idempotency-key",
    });
  }
  const question = {
    owner: caller.isLocal ? "local" : `user ${caller.userId}`,
    key,
    request: JSON.stringify([request.method, request.originalUrl, request.body ?? null]),
  };
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const claim = await deps.keptAnswers.claim(question);
    if (claim.is === "new") return workAndKeep(claim, work);
    if (claim.is === "other") {
      throw new GatewayError(
        "idempotency_mismatch",
        "This Idempotency-Key was used for another request within the last 24 hours. Use a new one.",
        { param: "idempotency-key" },
      );
    }
    if (claim.is === "answered") {
      if (claim.body !== null) return { status: claim.status, body: claim.body, isReplayed: true };
      throw new GatewayError("conflict", "This was done already, and its answer was too long to be kept. Look it up.");
    }
    if (performance.now() > deadline) {
      const since = new Date(claim.sinceUs / 1000).toISOString();
      throw new GatewayError(
        "conflict",
        `A request with this Idempotency-Key has begun at ${since} and has not ended. If its gateway was stopped meanwhile, look how far it came, and use a new key.`,
        { retryAfterMs: PATIENCE_MS },
      );
    }
    await wait(LOOK_EVERY_MS);
  }
}

/** What was refused has changed nothing and can be asked again; of what failed nobody knows how far it came. */
async function workAndKeep(
  claim: { settle(answer: Answer): Promise<void>; drop(): Promise<void> },
  work: () => Promise<Answer>,
): Promise<Answer> {
  let answer: Answer;
  try {
    answer = await work();
  } catch (thrown) {
    const error = toShownError(thrown);
    if (error.status < 500 || error.retryable) await claim.drop();
    else await claim.settle({ status: error.status, body: JSON.stringify(errorBody(error)) });
    throw thrown;
  }
  await claim.settle(answer);
  return answer;
}
