/** Answers that call themselves successful and are none: the page of a network that wants a sign-in, an object cut in two. */
import { GatewayError } from "../ir/errors.ts";
import type { AnswerFacts } from "../protocols/types.ts";
import type { AttemptFailure } from "./failures.ts";

const BRACE = 0x7b;
/** Of a longer frame the end is looked at, and what is between is believed. */
const MAX_PARSED_BYTES = 16 * 1024;

/**
 * Null when the body can be read, which is looked into only where nothing was found in it. What begins like an answer may
 * have been paid for; what does not came from somebody else.
 */
export function unreadable(provider: string, facts: AnswerFacts, body: Buffer): AttemptFailure | null {
  const saysSomething = facts.modelServed !== null || facts.usage !== null || facts.finishReason !== null;
  if (saysSomething || parses(body)) return null;
  const first = /\S/.exec(body.toString("latin1", 0, 64))?.[0];
  const error = new GatewayError(
    "provider_error",
    `The provider "${provider}" answered with something that is not JSON.`,
  );
  return { error, accepted: first === "{" || first === "[", relay: null };
}

/** An object that is none. Other data may be a word of the provider's own. */
export function isBroken(data: Buffer): boolean {
  if (data[0] !== BRACE) return false;
  if (data.length <= MAX_PARSED_BYTES) return !parses(data);
  return !/}\s*$/.test(data.toString("latin1", data.length - 64));
}

export const isPage = (first: Buffer): boolean => /^\s*</.test(first.toString("latin1", 0, 64));

function parses(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString("utf8"));
    return true;
  } catch {
    return false;
  }
}
