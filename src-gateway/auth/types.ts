/** Who is asking. `auth/` knows users and client keys, and turns a presented key into a `Principal`. */
export const ROLES = ["root_admin", "gateway_admin", "gateway_user"] as const;
export type Role = (typeof ROLES)[number];

export const USER_STATUSES = ["active", "suspended"] as const;
export type UserStatus = (typeof USER_STATUSES)[number];

export interface User {
  id: number;
  uuid: string;
  email: string;
  displayName: string;
  role: Role;
  status: UserStatus;
  createdAtUs: number;
}

export interface ApiKey {
  id: number;
  uuid: string;
  userId: number;
  name: string;
  /** The first 12 characters of the key, enough to recognise it. */
  prefix: string;
  scopes: string[];
  createdAtUs: number;
  expiresAtUs: number | null;
  revokedAtUs: number | null;
}

/** What the hot path knows about a caller. */
export interface Principal {
  userId: number;
  email: string;
  role: Role;
  /** Null for a console session and when authentication is switched off. */
  apiKeyId: number | null;
  keyName: string | null;
  scopes: string[];
}

export interface Users {
  list(): Promise<User[]>;
  find(idOrEmail: number | string): Promise<User | null>;
  /** @throws GatewayError conflict when the e-mail address is taken, invalid_request when it is none. */
  create(input: { email: string; displayName?: string; role?: Role }): Promise<User>;
  /** @throws GatewayError not_found; conflict when it would suspend the last active root_admin. */
  setStatus(id: number, status: UserStatus): Promise<User>;
  /** The root admin; made on the first call of a new database. */
  ensureRootAdmin(email: string): Promise<{ user: User; created: boolean }>;
}

export interface ApiKeys {
  list(filter?: { userId?: number }): Promise<ApiKey[]>;
  /** The token is in the answer and nowhere else. @throws GatewayError not_found, user_suspended. */
  create(input: {
    userId: number;
    name: string;
    scopes?: string[];
    ttlMs?: number;
  }): Promise<{ key: ApiKey; token: string }>;
  /** @throws GatewayError not_found. */
  revoke(id: number): Promise<ApiKey>;
}

/** The keys of the database, in memory: answers without touching it. */
export interface KeyRing {
  /** @throws GatewayError invalid_api_key, user_suspended. */
  authenticate(token: string): Principal;
  /** Reads users and keys anew; called after every change made here, and on a timer for changes made elsewhere. */
  reload(): Promise<void>;
  stop(): void;
}
