/** Console sessions and the one-time codes that start them. In memory: a restart signs everybody out. */
import { randomBytes } from "node:crypto";
import type { User } from "../auth/types.ts";
import type { Clock } from "../lib/clock.ts";

export const SESSION_COOKIE = "tokligence_session";
const SESSION_US = 12 * 3_600_000_000;
const CODE_US = 60_000_000;
const MAX_CODES = 100;

export interface Sessions {
  /** Starts one; the answer goes into the cookie. */
  start(user: User): string;
  find(token: string): User | null;
  end(token: string): void;
  createCode(user: User): { code: string; expiresAtUs: number };
  /** The user of a code, once. */
  redeem(code: string): User | null;
  /** Whether nobody has signed in since the start. */
  isUntouched(): boolean;
  /** Seconds until a session ends. */
  readonly maxAgeSeconds: number;
}

export function createSessions(clock: Clock): Sessions {
  const sessions = new Map<string, { user: User; untilUs: number }>();
  const codes = new Map<string, { user: User; untilUs: number }>();
  let touched = false;
  const prune = (map: Map<string, { untilUs: number }>): void => {
    for (const [key, { untilUs }] of map) if (untilUs <= clock.nowUs()) map.delete(key);
  };
  return {
    maxAgeSeconds: SESSION_US / 1_000_000,
    start(user) {
      touched = true;
      prune(sessions);
      const token = randomBytes(32).toString("base64url");
      sessions.set(token, { user, untilUs: clock.nowUs() + SESSION_US });
      return token;
    },
    find(token) {
      prune(sessions);
      return sessions.get(token)?.user ?? null;
    },
    end: (token) => void sessions.delete(token),
    createCode(user) {
      prune(codes);
      const oldest = codes.keys().next().value;
      if (codes.size >= MAX_CODES && oldest !== undefined) codes.delete(oldest);
      const code = randomBytes(24).toString("base64url");
      const expiresAtUs = clock.nowUs() + CODE_US;
      codes.set(code, { user, untilUs: expiresAtUs });
      return { code, expiresAtUs };
    },
    redeem(code) {
      prune(codes);
      const found = codes.get(code);
      codes.delete(code);
      return found?.user ?? null;
    },
    isUntouched: () => !touched,
  };
}
