/** Whom people and keys belong to, and what a key may use. Columns that joined later are named beside their tables. */
import type { Generated } from "kysely";

type Id = Generated<number>;

export interface OrganisationsTable {
  id: Id;
  uuid: string;
  name: string;
  /** Of the only one there is by default: `default`. */
  slug: string;
  created_at: number;
  updated_at: number;
}

/** A name that a living one bears is taken, in whatever case: `name_key` is the name in lower case. */
interface Named {
  id: Id;
  uuid: string;
  organisation_id: number;
  name: string;
  name_key: string;
  created_at: number;
  updated_at: number;
  deleted_at: number | null;
}

export interface TeamsTable extends Named {}

export interface ProjectsTable extends Named {
  /** Null for one of the whole organisation. */
  team_id: number | null;
}

export interface TeamMembersTable {
  team_id: number;
  user_id: number;
  role: string;
  created_at: number;
}

export interface ProjectMembersTable {
  project_id: number;
  user_id: number;
  created_at: number;
}

/** Earlier tokens of keys that were rotated, for as long as they are still good. */
export interface ApiKeySecretsTable {
  key_hash: string;
  api_key_id: number;
  key_prefix: string;
  expires_at: number;
  created_at: number;
}

/** What joined `users`. */
export interface UserExtras {
  /** `person`, or `service` for the account that a team's own keys are held by. */
  kind: Generated<string>;
  /** When the personal data was taken away. */
  erased_at: Generated<number | null>;
}

/** What joined `api_keys`. */
export interface KeyExtras {
  team_id: Generated<number | null>;
  project_id: Generated<number | null>;
  /** JSON, see auth/key-limits.ts; null for none. */
  limits: Generated<string | null>;
  /** JSON list of addresses and networks; null for any. */
  addresses: Generated<string | null>;
  /** Written now and then, and without a change of `updated_at`. */
  last_used_at: Generated<number | null>;
  revoke_reason: Generated<string | null>;
}

export interface IdentityTables {
  organisations: OrganisationsTable;
  teams: TeamsTable;
  team_members: TeamMembersTable;
  projects: ProjectsTable;
  project_members: ProjectMembersTable;
  api_key_secrets: ApiKeySecretsTable;
}
