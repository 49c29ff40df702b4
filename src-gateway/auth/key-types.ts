import type { BudgetUnit } from "../settings/budget-types.ts";

/** What may be used over a span of time. */
export interface KeyBudget {
  unit: BudgetUnit;
  /** Nano-USD, tokens or requests. */
  limit: number;
  /** Calendar spans in UTC; `total` never begins anew. */
  per: "day" | "week" | "month" | "total";
}

/** What one key may use, whatever else is configured. */
export interface KeyLimits {
  requestsPerMinute?: number | undefined;
  tokensPerMinute?: number | undefined;
  concurrent?: number | undefined;
  budget?: KeyBudget | undefined;
}

export interface ApiKey {
  id: number;
  uuid: string;
  /** Whose it is; for a key of a team, the account that holds the team's keys. */
  userId: number;
  /** The team that requests with it count for; null where that follows from the user. */
  teamId: number | null;
  /** It belongs to its team and to no person. */
  isService: boolean;
  projectId: number | null;
  name: string;
  /** The first 12 characters of the key, enough to recognise it. */
  prefix: string;
  scopes: string[];
  limits: KeyLimits | null;
  /** Addresses and networks that it is good at; null for any. */
  addresses: string[] | null;
  createdAtUs: number;
  expiresAtUs: number | null;
  revokedAtUs: number | null;
  revokeReason: string | null;
  /** To within a minute; null where it never was. */
  lastUsedAtUs: number | null;
  /** Until when a token from before a rotation is good; null where there is none. */
  previousUntilUs: number | null;
}

/** What of a key can be chosen. */
export interface KeyTerms {
  scopes?: string[] | undefined;
  limits?: KeyLimits | null | undefined;
  addresses?: string[] | null | undefined;
  teamId?: number | null | undefined;
  projectId?: number | null | undefined;
}

export interface NewKey extends KeyTerms {
  /** Whose; left out for a key of the team itself. */
  userId?: number | undefined;
  name: string;
  ttlMs?: number | undefined;
}

export interface KeyChange extends KeyTerms {
  name?: string | undefined;
  /** Null for never. */
  expiresAtUs?: number | null | undefined;
}

export interface KeyFilter {
  userId?: number | undefined;
  teamId?: number | undefined;
  state?: "active" | "expired" | "revoked" | undefined;
  /** In the name, or the first letters of the key. */
  q?: string | undefined;
  afterId?: number | undefined;
  limit?: number | undefined;
}

export interface ApiKeys {
  /** By id. */
  list(filter?: KeyFilter): Promise<ApiKey[]>;
  find(id: number): Promise<ApiKey | null>;
  /**
   * The token is in the answer and nowhere else.
   * @throws GatewayError not_found, user_suspended; invalid_request for scopes, limits or addresses that are none.
   */
  create(input: NewKey): Promise<{ key: ApiKey; token: string }>;
  /** @throws GatewayError not_found; conflict for a key that was revoked; invalid_request. */
  update(id: number, change: KeyChange): Promise<ApiKey>;
  /**
   * A new token for the same key; the one before is good for so long still.
   * @throws GatewayError not_found; conflict for a key that was revoked or has expired; user_suspended.
   */
  rotate(id: number, overlapMs: number): Promise<{ key: ApiKey; token: string }>;
  /** Every token of the key ends. The first revocation stands. @throws GatewayError not_found. */
  revoke(id: number, reason?: string): Promise<ApiKey>;
}
