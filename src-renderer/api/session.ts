/**
 * Who uses the console. It opens signed in on the first run of a gateway on this machine, or with the one-time code that
 * `gateway console` puts into the address; otherwise the person is shown the ways in that there are.
 */
import { AdminError } from "../../src-gateway/admin-api/contract/client.ts";
import type { ReplyOf } from "../../src-gateway/admin-api/contract/endpoints.ts";
import type { GatewayConnection } from "./gateway-connection.ts";

export type SignedInUser = ReplyOf<"whoAmI">;

export type SessionState =
  | { phase: "checking" }
  | { phase: "signed-in"; user: SignedInUser }
  | {
      phase: "signed-out";
      problem: "none" | "code-refused" | "ended" | OidcFailure;
      /** Out of a mail: used when the person says so, because programs that look into mails open every address. */
      link?: string;
    };

/** Why somebody comes back from an OIDC provider without being signed in. */
const OIDC_FAILURES = [
  "state",
  "denied",
  "unreachable",
  "refused",
  "unverified",
  "unknown_user",
  "suspended",
  "conflict",
] as const;
export type OidcFailure = (typeof OIDC_FAILURES)[number];

/** What somebody comes to the console with. */
export type Arrival = { code: string } | { link: string } | { failure: OidcFailure };

export interface Session {
  state: () => SessionState;
  subscribe: (listener: () => void) => () => void;
  /** Looks again; does nothing when somebody is signed in already. */
  check: () => Promise<void>;
  /** Uses a one-time code that came while the page was open. */
  signInWith: (code: string) => Promise<void>;
  /** The same for what came with the address of the page, however it was opened. */
  arrive: (arrival: Arrival) => Promise<void>;
  /** Somebody has shown who they are in another way. */
  enter: (user: SignedInUser) => void;
  /** The answer is where the session at an OIDC provider ends; null when there is none. */
  signOut: () => Promise<string | null>;
}

/** Takes the code out of a fragment such as `#code=abc`. */
export function codeInFragment(fragment: string): string | null {
  const match = /^#code=([\w.~-]{1,200})$/.exec(fragment);
  return match?.[1] ?? null;
}

/** Takes what brings somebody in out of a fragment. */
export function arrivalInFragment(fragment: string): Arrival | null {
  const code = codeInFragment(fragment);
  if (code !== null) return { code };
  const link = /^#sign-in=([\w-]{1,200})$/.exec(fragment)?.[1];
  if (link !== undefined) return { link };
  const failure = OIDC_FAILURES.find((each) => fragment === `#sign-in-failed=${each}`);
  return failure === undefined ? null : { failure };
}

export function createSession(connection: GatewayConnection, code: string | null): Session {
  const listeners = new Set<() => void>();
  let state: SessionState = { phase: "checking" };
  let unusedCode = code;
  let news: Pick<SessionState & { phase: "signed-out" }, "problem" | "link"> | null = null;
  let running: Promise<void> | null = null;

  const change = (next: SessionState): void => {
    state = next;
    for (const listener of listeners) listener();
  };
  const look = async (): Promise<SessionState> => {
    if (unusedCode !== null) {
      const user = await login(connection, { code: unusedCode });
      unusedCode = null;
      if (user) return { phase: "signed-in", user };
      const known = await current(connection);
      return known ? { phase: "signed-in", user: known } : { phase: "signed-out", problem: "code-refused" };
    }
    const user = (await current(connection)) ?? (await login(connection, {}));
    const told = news;
    news = null;
    if (user) return { phase: "signed-in", user };
    if (told !== null) return { phase: "signed-out", ...told };
    return state.phase === "signed-out" ? state : { phase: "signed-out", problem: "none" };
  };
  const lookOnce = async (): Promise<void> => {
    // A failure leaves the state as it is: the connection is down then, says so, and brings us back here when it is up.
    running ??= look()
      .then(change, () => {})
      .finally(() => void (running = null));
    await running;
  };

  connection.onUnauthorized(() => {
    if (state.phase === "signed-in") change({ phase: "signed-out", problem: "ended" });
  });
  return {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async check() {
      if (state.phase !== "signed-in") await lookOnce();
    },
    async signInWith(newCode) {
      await running;
      unusedCode = newCode;
      await lookOnce();
    },
    async arrive(arrival) {
      if ("code" in arrival) return this.signInWith(arrival.code);
      await running;
      news = "link" in arrival ? { problem: "none", link: arrival.link } : { problem: arrival.failure };
      if (state.phase !== "signed-in") await lookOnce();
    },
    enter: (user) => change({ phase: "signed-in", user }),
    async signOut() {
      const { logoutUrl } = await connection.call("logout");
      change({ phase: "signed-out", problem: "none" });
      return logoutUrl;
    },
  };
}

/** Null where it is refused. */
async function login(connection: GatewayConnection, body: { code?: string }): Promise<SignedInUser | null> {
  try {
    const reply = await connection.call("login", { body });
    return "mailed" in reply ? null : reply;
  } catch (error) {
    if (error instanceof AdminError) return null;
    throw error;
  }
}

async function current(connection: GatewayConnection): Promise<SignedInUser | null> {
  try {
    return await connection.call("whoAmI");
  } catch (error) {
    if (error instanceof AdminError && error.status === 401) return null;
    throw error;
  }
}
