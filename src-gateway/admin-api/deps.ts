/**
 * The admin API: what console, command line and scripts may see and do. `contract/` declares every endpoint once,
 * `handlers/` answer them, `app.ts` joins both behind one check of who is asking.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AgentDesk } from "../agents/desk.ts";
import type { OriginalKeys } from "../agents/original-keys.ts";
import type { AnalyticsState } from "../analytics/types.ts";
import type { AuditLog } from "../audit/types.ts";
import type { ApiKeys, KeyRing, Projects, Teams, User, Users } from "../auth/types.ts";
import type { Budgets } from "../budgets/types.ts";
import type { HealthTarget } from "../health/types.ts";
import type { HookDesk } from "../hooks/types.ts";
import type { ExchangeRecord } from "../ir/exchange-record.ts";
import type { LedgerDesk } from "../ledger/desk.ts";
import type { UsageReports } from "../ledger/types.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import type { NoticeBoard } from "../marketplace/types.ts";
import type { BodyArchive, ReplayQuestion, RequestLog, Retention } from "../request-log/types.ts";
import type { RunawayGuard } from "../runaway/types.ts";
import type { SignInDesk } from "../sign-in/types.ts";
import type { SupportBundle } from "../support/bundle.ts";
import type { TransferReport } from "../transfer/types.ts";
import type { ConfigurationDoor } from "./configuration-door.ts";
import type { ConfigView } from "./contract/config-schemas.ts";
import type { ExplainQuestion, ExplanationView } from "./contract/explain-schemas.ts";
import type { FoundKeyView } from "./contract/found-key-endpoints.ts";
import type { HealthView } from "./contract/health-schemas.ts";
import type { UpdateView } from "./contract/notice-endpoints.ts";
import type { OperationsView } from "./contract/operations-endpoints.ts";
import type { PriceQuestion, PricesView } from "./contract/price-schemas.ts";
import type { ModelView, ProbeView, ProviderView, StatusView } from "./contract/schemas.ts";
import type { KeptAnswers } from "./kept-answers.ts";

/** What the composition knows; the handlers add what follows from it. */
export type StatusFacts = Omit<StatusView, "pid" | "nowUs" | "baseUrls" | "paused">;
export type ProviderFacts = Omit<ProviderView, "credentialState" | "health">;
export type HealthFacts = HealthView;
export type ConfigFacts = Omit<ConfigView, "providers">;

/** Everything in one file, to another computer and from one. */
export interface TransferDesk {
  /** Sealed and with all keys where there is a passphrase. @throws GatewayError invalid_request for one that is too short. */
  export(passphrase: string | null): Promise<{ fileName: string; bytes: Buffer }>;
  /** @throws GatewayError invalid_request for a file that cannot be opened, forbidden where `mayApply` throws it. */
  import(question: {
    bytes: Buffer;
    passphrase: string | null;
    apply: boolean;
    author: string;
    mayApply: (before: string, after: string) => void;
  }): Promise<TransferReport>;
}

/** Providers' keys in variables and files of this computer. */
export interface FoundKeysDesk {
  /** @param withFiles also in files of other programs, below the home folder. */
  find(withFiles: boolean): Promise<FoundKeyView[]>;
  /** All of them, or none. @throws GatewayError not_found, conflict, credential_missing */
  move(question: {
    ids: readonly string[];
    withFiles: boolean;
    author: string;
    mayApply: (before: string, after: string) => void;
  }): Promise<{ provider: string; reference: string; place: string }[]>;
  /** Keys that still stand in files, of which the gateway keeps its own. */
  originals(): Promise<OriginalKeys>;
}

/** What the handlers are given of the gateway. */
export interface AdminDeps {
  version: string;
  root: User;
  users: Users;
  teams: Teams;
  projects: Projects;
  /** Removes what is kept of the requests of somebody who was erased, but for the numbers. */
  forgetUser(userId: number): Promise<void>;
  apiKeys: ApiKeys;
  keyRing: KeyRing;
  /** Every act of an administrator; handlers record theirs with `record` of their input. */
  acts: AuditLog;
  /** For requests that name an idempotency key. */
  keptAnswers: KeptAnswers;
  /** Holds all that ended before it is read, and so do the sums of `usage`. */
  requestLog: RequestLog;
  /** What was asked and answered. */
  bodies: Pick<BodyArchive, "get" | "prune">;
  /** As the settings want it at this moment. */
  retention(): Retention;
  /** Begins a new exchange with the request of an old one; the answer is its id. @throws GatewayError */
  replay(question: ReplayQuestion): Promise<number>;
  /** Answers a request that somebody makes by hand, at the path of a client. */
  playground(request: IncomingMessage, response: ServerResponse, userId: number): Promise<void>;
  usage: UsageReports;
  ledger: LedgerDesk;
  /** How the second book is fed; null where none is wanted. */
  analytics(): AnalyticsState | null;
  hooks: HookDesk;
  clock: Clock;
  log: Logger;
  authDisabled: boolean;
  signIn: SignInDesk;
  /** This start made the root administrator: the person in front of it has just installed the gateway. */
  isFirstRun(): boolean;
  /** Marks a request that came over the local control socket: whoever may open that file is the operator. */
  markLocal(request: IncomingMessage): void;
  isLocal(request: IncomingMessage): boolean;
  /** Whether this gateway takes new requests. */
  pause: { isPaused(): boolean; set(isPaused: boolean): void };
  status(): StatusFacts;
  operations(): Promise<OperationsView>;
  models(): Promise<ModelView[]>;
  prices(question: PriceQuestion): Promise<PricesView>;
  /** Whether it is the id of an instance, or a kind of provider. */
  isProvider(name: string): boolean;
  providers(): ProviderFacts[];
  /** Null when there is no such provider. */
  probe(id: string): Promise<ProbeView | null>;
  health(): HealthFacts;
  resetHealth(filter: Partial<HealthTarget>): void;
  /** Null while nothing is limited. */
  budgets(): Pick<Budgets, "status" | "asks" | "mode"> | null;
  runaways: Pick<RunawayGuard, "list" | "resume">;
  /** The agents of this computer; a browser may ask for them only where the desktop app is the host. */
  agents: { isDesktop: boolean; desk(): Promise<AgentDesk> };
  notices: Pick<NoticeBoard, "announcements" | "dismiss"> & { updates(): Promise<UpdateView> };
  /** @throws GatewayError not_found for a key that is not there, invalid_request. */
  explain(question: ExplainQuestion): Promise<ExplanationView>;
  /** What can be changed while the gateway runs. */
  configuration: ConfigurationDoor;
  config(): ConfigFacts;
  reloadConfig(): Promise<void>;
  transfer: TransferDesk;
  foundKeys: FoundKeysDesk;
  /** For somebody who helps, without secrets, names and prompts. */
  supportBundle(): Promise<SupportBundle>;
  /**
   * Called with each closed exchange of every gateway on the database, and with null when this one stops. From the answer
   * on none is missed; it ends the watch.
   */
  watch(watcher: (record: ExchangeRecord | null) => void): Promise<() => void>;
}
