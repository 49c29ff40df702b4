import { createKeptAnswers, type KeptAnswers } from "../admin-api/kept-answers.ts";
import { createAuditLog } from "../audit/audit-log.ts";
import type { AuditLog } from "../audit/types.ts";
import { createApiKeys } from "../auth/api-keys.ts";
import type { KeyHasher } from "../auth/key-hasher.ts";
import { createKeyRing } from "../auth/key-ring.ts";
import { createProjects } from "../auth/projects.ts";
import { createTeams } from "../auth/teams.ts";
import { createTokenRing, type TokenRing } from "../auth/token-ring.ts";
import type { ApiKeys, KeyRing, Projects, Teams, Users } from "../auth/types.ts";
import { createUsers } from "../auth/users.ts";
import { type Clock, turnClock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { createHider } from "../request-log/hide-secrets.ts";
import { createSeal } from "../sign-in/seal.ts";
import type { Store } from "../store/open-store.ts";

/** The people of the gateway, what they show at the door, and what they did. */
export interface IdentityParts {
  identityStore: Store;
  /** Keyed with the gateway's secret. */
  hasher: KeyHasher;
  users: Users;
  teams: Teams;
  projects: Projects;
  apiKeys: ApiKeys;
  keyRing: KeyRing;
  /** Tokens of issuers that are taken in place of client keys. */
  tokens: TokenRing;
  audit: AuditLog;
  keptAnswers: KeptAnswers;
}

export function createIdentityParts(
  identityStore: Store,
  hasher: KeyHasher,
  { clock, log, redact }: { clock: Clock; log: Logger; redact: (text: string) => string },
): IdentityParts {
  const keyRing = createKeyRing(identityStore, hasher, { clock: turnClock, log });
  return {
    identityStore,
    hasher,
    users: createUsers(identityStore, clock),
    teams: createTeams(identityStore, clock),
    projects: createProjects(identityStore, clock),
    apiKeys: createApiKeys(identityStore, hasher, clock),
    keyRing,
    tokens: createTokenRing(identityStore, hasher, { clock, log, keyRing }),
    audit: createAuditLog(identityStore, { clock, log, redact: createHider(redact) }),
    keptAnswers: createKeptAnswers(identityStore, clock, (text) => createSeal(hasher.hash(text))),
  };
}

export async function closeIdentity({ keyRing, tokens }: IdentityParts): Promise<void> {
  await keyRing.flushUses();
  keyRing.stop();
  tokens.stop();
}
