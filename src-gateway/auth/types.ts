/** Who is asking. `auth/` knows users and client keys, and turns a presented key into a `Principal`. */
import type { KeyLimits } from "./key-types.ts";
import type { TeamRef } from "./team-types.ts";

export type {
  ApiKey,
  ApiKeys,
  KeyBudget,
  KeyChange,
  KeyFilter,
  KeyLimits,
  NewKey,
} from "./key-types.ts";
export type {
  Member,
  Project,
  Projects,
  Team,
  TeamRef,
  Teams,
} from "./team-types.ts";
export type { ImportOptions, ImportReport, UserChange, UserFilter, Users } from "./user-types.ts";

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
  /** `service`: no person, but the account that holds a team's own keys. Left out for persons. */
  kind?: UserKind;
}

export type UserKind = "person" | "service";

/** What the hot path knows about a caller. */
export interface Principal {
  userId: number;
  email: string;
  role: Role;
  /** Null for a console session and when authentication is switched off. */
  apiKeyId: number | null;
  keyName: string | null;
  scopes: string[];
  /** The team that it acts for: the key's, or the only one of its user. Null or left out for none. */
  teamId?: number | null;
  teamName?: string | null;
  /** All teams of the user, for requests that name one. */
  teams?: readonly TeamRef[];
  /** The project of a request that names none. */
  project?: string | null;
  /** What the key itself may use, beside what the configuration says. */
  limits?: KeyLimits | null;
  /** Tells the user apart without saying who it is: a keyed hash. */
  hashedId?: string;
}

/** The keys of the database, in memory: answers without touching it. Of very many only those that were shown lately. */
export interface KeyRing {
  /**
   * Called before `authenticate` wherever a credential comes in. Null when that can answer for the token at once, as it always
   * can while all keys are in memory; otherwise it can as soon as this resolves, and this never rejects.
   */
  recall(token: string): Promise<void> | null;
  /** Whether there are so many keys that they are looked up when they are shown. */
  isOnDemand(): boolean;
  /**
   * @param address where the request comes from, for keys that are good at some addresses only; null where nobody knows.
   * @throws GatewayError invalid_api_key, user_suspended, forbidden; overloaded for a key that could not be looked up.
   */
  authenticate(token: string, address?: string | null): Principal;
  /** Reads users and keys anew; called after every change made here, and on a timer for changes made elsewhere. */
  reload(): Promise<void>;
  /** Whether any key that is good has limits of its own; of keys that are looked up, any that was shown. */
  hasLimits(): boolean;
  /** Called after each reading, which is waited for; the answer ends that. */
  onLoad(listener: () => void | Promise<void>): () => void;
  /** Writes down when keys were last used; done now and then by itself. */
  flushUses(): Promise<void>;
  stop(): void;
}
