import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import type { SignInSettings } from "../settings/sign-in-types.ts";
import type { Store } from "../store/open-store.ts";
import { createSignInCodes } from "./codes.ts";
import { createMailCode } from "./mail-code.ts";
import { createSeal, type Seal } from "./seal.ts";
import { createSessions } from "./sessions.ts";
import { createThrottle } from "./throttle.ts";
import type { Mailer, OidcSignIn, SignInDesk } from "./types.ts";

export interface DeskWorld {
  store: Store;
  clock: Clock;
  log: Logger;
  settings: SignInSettings;
  /** HMAC-SHA256 with this gateway's secret, in hex. */
  keyed: (text: string) => string;
  users: Parameters<typeof createMailCode>[0]["users"];
  mailer: Mailer;
  oidc(seal: Seal): OidcSignIn;
  /** The console's address as it may stand in a mail. */
  consoleUrl: () => string | null;
}

const MINUTE_MS = 60_000;

export function createSignInDesk(world: DeskWorld): SignInDesk {
  const { store, clock, keyed, mailer, settings } = world;
  const seal = createSeal(keyed("what sign-in seals"));
  const codes = createSignInCodes({ store, clock, keyed });
  return {
    publicUrl: settings.publicUrl,
    sessions: createSessions({ store, clock, seal, limits: settings.session }),
    codes,
    mailer,
    oidc: world.oidc(seal),
    // An office comes from one address.
    guesses: createThrottle(clock, { free: 10, baseMs: 1_000, maxMs: 15 * MINUTE_MS, forgetMs: 30 * MINUTE_MS }),
    mailsByPlace: createThrottle(clock, { free: 30, baseMs: 5_000, maxMs: 15 * MINUTE_MS, forgetMs: 30 * MINUTE_MS }),
    mailsByAccount: createThrottle(clock, {
      free: 3,
      baseMs: MINUTE_MS,
      maxMs: 30 * MINUTE_MS,
      forgetMs: 60 * MINUTE_MS,
    }),
    mailCode: createMailCode({ ...world, codes }),
  };
}
