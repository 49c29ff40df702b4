/** Who is signed in, and how people came in. Part of the schema; see schema.ts. */
import type { Generated } from "kysely";

/** One console session of one browser. */
export interface SessionsTable {
  id: Generated<number>;
  user_id: number;
  /** SHA-256 of the cookie's value. */
  token_hash: string;
  token_issued_at: number;
  /** The token before, for requests that were on their way with it when it was replaced. */
  previous_hash: string | null;
  previous_until: number | null;
  created_at: number;
  last_seen_at: number;
  expires_at: number;
  ended_at: number | null;
  /** How it began: see `SIGN_IN_METHODS`. */
  method: string;
  /** The OIDC provider it came from, and what that wants to hear when it ends; sealed. */
  provider: string | null;
  logout_hint: string | null;
  user_agent: string | null;
  address: string | null;
}

/** What was mailed, or given out by the command line, and signs somebody in once. */
export interface SignInCodesTable {
  id: Generated<number>;
  /** Null where nobody has the address that was named: such a row costs the same work, and lets nobody in. */
  user_id: number | null;
  /** Of the long secret in a link. */
  link_hash: string;
  /** Of the six digits, keyed with this gateway's secret; null where there are none. */
  code_hash: string | null;
  /** Of the cookie that the digits belong to. */
  browser_hash: string | null;
  attempts: number;
  created_at: number;
  expires_at: number;
  used_at: number | null;
}

/** Which person of which OIDC issuer is which user. */
export interface UserIdentitiesTable {
  id: Generated<number>;
  user_id: number;
  issuer: string;
  subject: string;
  created_at: number;
  last_used_at: number;
}

export interface SignInTables {
  sessions: SessionsTable;
  sign_in_codes: SignInCodesTable;
  user_identities: UserIdentitiesTable;
}
