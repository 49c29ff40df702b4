import type { Role, User, UserStatus } from "./types.ts";

export interface UserFilter {
  /** In the address or the name. */
  q?: string | undefined;
  role?: Role | undefined;
  status?: UserStatus | undefined;
  teamId?: number | undefined;
  afterId?: number | undefined;
  limit?: number | undefined;
  /** The accounts that hold teams' keys as well. */
  withServices?: boolean | undefined;
}

export interface UserChange {
  email?: string | undefined;
  displayName?: string | undefined;
  role?: Role | undefined;
  status?: UserStatus | undefined;
}

export interface ImportOptions {
  /** Lines whose address somebody has already are passed over instead of refused. */
  skipExisting?: boolean | undefined;
  /** Lines that are wrong do not keep the others out. */
  skipInvalid?: boolean | undefined;
  /** Nothing is written; the report is the same. */
  dryRun?: boolean | undefined;
  /** Roles that the lines may have; all when left out. */
  roles?: readonly Role[] | undefined;
}

export interface ImportProblem {
  /** Of the file, from 1. */
  line: number;
  /** As it stands there; empty where there is none. */
  email: string;
  problem: string;
}

export interface ImportReport {
  /** Lines with a user. */
  lines: number;
  /** Users that were made, or would be; those have no id. */
  created: { line: number; id: number | null; email: string; displayName: string; role: Role }[];
  skipped: { line: number; email: string }[];
  problems: ImportProblem[];
  /** Whether anything was written. */
  applied: boolean;
}

/** @param by who changes it: nobody may take their own access away. Null for the operator. */
export interface Users {
  /** By id; persons only, unless the filter says otherwise. */
  list(filter?: UserFilter): Promise<User[]>;
  find(idOrEmail: number | string): Promise<User | null>;
  /** @throws GatewayError conflict when the e-mail address is taken, invalid_request when it is none. */
  create(input: { email: string; displayName?: string; role?: Role }): Promise<User>;
  /** @throws GatewayError not_found; conflict when the last active root_admin would be gone, or `by` change themselves. */
  update(id: number, change: UserChange, by?: number | null): Promise<User>;
  /** @throws GatewayError as `update`. */
  setStatus(id: number, status: UserStatus, by?: number | null): Promise<User>;
  /**
   * The keys of the user end. With `isHard` the personal data is taken away, too, also of a user who was deleted before; the
   * number stays, so that the ledger's sums do.
   * @returns the user as they were, and their keys.
   * @throws GatewayError as `update`.
   */
  remove(id: number, options?: { isHard?: boolean; by?: number | null }): Promise<{ user: User; apiKeyIds: number[] }>;
  /** Users of a CSV file: all of them or none. @throws GatewayError invalid_request for what is no CSV at all. */
  import(text: string, options?: ImportOptions): Promise<ImportReport>;
  /** All persons as CSV, to be imported again. */
  export(): Promise<string>;
  /** The root admin; made on the first call of a new database. */
  ensureRootAdmin(email: string): Promise<{ user: User; created: boolean }>;
}
