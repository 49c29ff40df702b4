/**
 * Console sessions and the one-time codes that start them. In memory: a restart signs everybody out. Kept by hash, so
 * that a dump of the process's memory gives no session away any longer than the request that carried it.
 */
import { createHash, randomBytes } from "node:crypto";
import type { Clock } from "../lib/clock.ts";

export const SESSION_COOKIE = "tokligence_session";
const SESSION_US = 12 * 3_600_000_000;
/** A token is replaced when it has been used for this long, so that a stolen one is not good for all of a session. */
const ROTATE_US = 3_600_000_000;
/** Requests that were on their way with the old token when it was replaced. */
const GRACE_US = 60_000_000;
const CODE_US = 60_000_000;
/** Guessing is hopeless, but mints must not fill the memory. */
const MAX_CODES = 100;
const MAX_SESSIONS = 10_000;

export interface FoundSession {
  userId: number;
  /** To be set as the cookie from now on; null keeps the one that was shown. */
  renewed: { token: string; maxAgeSeconds: number } | null;
}

export interface Sessions {
  /** Starts one; the answer goes into the cookie. */
  start(userId: number): { token: string; maxAgeSeconds: number };
  find(token: string): FoundSession | null;
  end(token: string): void;
  createCode(userId: number): { code: string; expiresAtUs: number };
  /** The user of a code, once. */
  redeem(code: string): number | null;
  /** Whether nobody has signed in since the start. */
  isUntouched(): boolean;
}

interface Session {
  userId: number;
  untilUs: number;
}

interface Token {
  session: Session;
  issuedUs: number;
  untilUs: number;
  isReplaced: boolean;
}

export function createSessions(clock: Clock): Sessions {
  const tokens = new Map<string, Token>();
  const codes = new Map<string, { userId: number; untilUs: number }>();
  let touched = false;
  const issue = (session: Session): { token: string; maxAgeSeconds: number } => {
    makeRoom(tokens, MAX_SESSIONS);
    const token = randomBytes(32).toString("base64url");
    const now = clock.nowUs();
    tokens.set(keyOf(token), { session, issuedUs: now, untilUs: session.untilUs, isReplaced: false });
    return { token, maxAgeSeconds: Math.ceil((session.untilUs - now) / 1_000_000) };
  };
  return {
    start(userId) {
      touched = true;
      prune(tokens, clock.nowUs());
      return issue({ userId, untilUs: clock.nowUs() + SESSION_US });
    },
    find(token) {
      const now = clock.nowUs();
      const found = tokens.get(keyOf(token));
      if (!found || found.untilUs <= now) return null;
      const { userId } = found.session;
      if (found.isReplaced || now - found.issuedUs < ROTATE_US) return { userId, renewed: null };
      found.isReplaced = true;
      found.untilUs = Math.min(found.untilUs, now + GRACE_US);
      return { userId, renewed: issue(found.session) };
    },
    end(token) {
      const found = tokens.get(keyOf(token));
      for (const [key, { session }] of tokens) if (session === found?.session) tokens.delete(key);
    },
    createCode(userId) {
      prune(codes, clock.nowUs());
      makeRoom(codes, MAX_CODES);
      const code = randomBytes(24).toString("base64url");
      const expiresAtUs = clock.nowUs() + CODE_US;
      codes.set(keyOf(code), { userId, untilUs: expiresAtUs });
      return { code, expiresAtUs };
    },
    redeem(code) {
      prune(codes, clock.nowUs());
      const found = codes.get(keyOf(code));
      codes.delete(keyOf(code));
      return found?.userId ?? null;
    },
    isUntouched: () => !touched,
  };
}

/** Also spares the comparison of secrets byte by byte. */
const keyOf = (secret: string): string => createHash("sha256").update(secret).digest("base64url");

function prune(map: Map<string, { untilUs: number }>, nowUs: number): void {
  for (const [key, { untilUs }] of map) if (untilUs <= nowUs) map.delete(key);
}

function makeRoom(map: Map<string, unknown>, max: number): void {
  const oldest = map.keys().next();
  if (map.size >= max && !oldest.done) map.delete(oldest.value);
}
