/** How people come in and stay in. `sign-in/` knows sessions, one-time codes, mails, and OIDC providers. */
export const SIGN_IN_METHODS = ["first_run", "link", "mail", "oidc"] as const;
export type SignInMethod = (typeof SIGN_IN_METHODS)[number];

/** Where a request came from. */
export interface Visitor {
  address: string | null;
  userAgent: string | null;
}

export interface SessionStart extends Visitor {
  method: SignInMethod;
  /** The OIDC provider, and the ID token that it wants to see when the session ends. */
  oidc?: { provider: string; idToken: string | null };
}

/** The value of a cookie, and for how long it is good. */
export interface CookieValue {
  token: string;
  maxAgeSeconds: number;
}

export interface SessionRecord {
  id: number;
  userId: number;
  method: SignInMethod;
  provider: string | null;
  createdAtUs: number;
  lastSeenAtUs: number;
  expiresAtUs: number;
  userAgent: string | null;
  address: string | null;
}

export interface FoundSession {
  id: number;
  userId: number;
  /** To be set as the cookie from now on; null keeps the one that was shown. */
  renewed: CookieValue | null;
}

export interface EndedSession {
  userId: number;
  oidc: { provider: string; idToken: string | null } | null;
}

export interface Sessions {
  start(userId: number, how: SessionStart): Promise<CookieValue>;
  find(token: string): Promise<FoundSession | null>;
  /** Null when there was none. */
  end(token: string): Promise<EndedSession | null>;
  /** Living ones, newest first. */
  list(userId: number): Promise<SessionRecord[]>;
  /** False when the user has no such session. */
  endOne(userId: number, id: number): Promise<boolean>;
  /** The answer says how many. */
  endAll(userId: number, exceptId?: number): Promise<number>;
  /** Whether nobody has signed in yet. */
  isUntouched(): Promise<boolean>;
}

export interface SignInCodes {
  /** For an address that a browser is sent to by who runs the gateway. Good for a minute. */
  createLink(userId: number): { code: string; expiresAtUs: number };
  /** For a mail. With no user it is a row like any other, and lets nobody in. */
  createMailCode(input: { userId: number | null; browser: string }): Promise<MailCode>;
  /** The user of a link of either kind, once, and which kind it was. */
  redeemLink(code: string): Promise<{ userId: number; method: SignInMethod } | null>;
  /** The user of six digits, once, in the browser that asked for them. */
  redeemDigits(input: { digits: string; browser: string }): Promise<number | null>;
}

export interface MailCode {
  link: string;
  digits: string;
  expiresAtUs: number;
}

export interface Mail {
  to: string;
  subject: string;
  text: string;
  html: string;
}

/** `outbox` keeps mails in memory and prints them: for those who develop, on their own machine. */
export type MailMode = "smtp" | "outbox" | "off";

export interface SentMail extends Mail {
  atUs: number;
}

export interface Mailer {
  mode: MailMode;
  /** @throws Error when the mail was not taken. */
  send(mail: Mail): Promise<void>;
  /** Newest first; empty unless the mode is `outbox`. */
  outbox(): SentMail[];
}

export interface Throttle {
  /**
   * Counts one attempt for each key; the answer is how long to wait when there were too many, and then nothing is
   * counted.
   */
  take(keys: readonly string[]): number | null;
  /** The attempt was good. */
  forgive(keys: readonly string[]): void;
}

export type OidcFailure =
  | "state"
  | "denied"
  | "unreachable"
  | "refused"
  | "unverified"
  | "unknown_user"
  | "suspended"
  | "conflict";

export class OidcError extends Error {
  override readonly name = "OidcError";
  readonly failure: OidcFailure;
  constructor(failure: OidcFailure, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.failure = failure;
  }
}

export interface OidcSignIn {
  providers(): { id: string; name: string }[];
  /** Where the browser is to go, and what it has to bring back in a cookie. @throws OidcError */
  begin(id: string, origin: string): Promise<{ url: string; cookie: CookieValue }>;
  /** @throws OidcError */
  finish(input: {
    id: string;
    origin: string;
    /** With the question mark, as it came. */
    search: string;
    cookie: string | null;
  }): Promise<{ userId: number; provider: string; idToken: string | null }>;
  /** Where the provider's own session ends; null when it offers no such place. */
  logoutUrl(ended: EndedSession, origin: string): Promise<string | null>;
}

/** What the doors are given of `sign-in/`. */
export interface SignInDesk {
  publicUrl: string | null;
  sessions: Sessions;
  codes: SignInCodes;
  mailer: Mailer;
  oidc: OidcSignIn;
  /** Guesses at codes. */
  guesses: Throttle;
  /** Mails that are asked for, by who asks and by whom they go to. */
  mailsByPlace: Throttle;
  mailsByAccount: Throttle;
  /**
   * Makes a code for a browser, and mails it to the address if a user has it. To be called when the answer is on its way:
   * it takes as long as it takes. Never throws.
   */
  mailCode(input: { email: string; browser: string; language: string | null; visitor: Visitor }): Promise<void>;
}
