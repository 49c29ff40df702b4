/**
 * What the operator decided, after all layers are merged and checked. `settings/` is the only reader of files and
 * environment; every other folder is given these values.
 */
import type { ProviderWire } from "../ir/protocol.ts";
import type { Billing } from "../prices/types.ts";
import type { RunawayLimits } from "../runaway/types.ts";
import type { AuditSettings } from "./audit-settings.ts";
import type { BudgetConfig, RateLimitConfig } from "./budget-types.ts";
import type { ConfigurationSettings } from "./configuration-settings.ts";
import type { DiskSettings } from "./disk-settings.ts";
import type { HookConfig, HookSettings } from "./hook-types.ts";
import type { IdentityRule } from "./identity-types.ts";
import type { LogSettings } from "./log-types.ts";
import type { NetworkSettings } from "./network-settings.ts";
import type { OwnCountSettings } from "./own-count-settings.ts";
import type { PriceOverride, PriceSettings } from "./price-types.ts";
import type { RouteConfig } from "./route-types.ts";
import type { ExplainedSetting } from "./setting-types.ts";
import type { SignInConfig, SignInSettings } from "./sign-in-types.ts";
import type { TelemetrySettings, UpdateSettings } from "./telemetry-types.ts";
import type {
  ClickHouseSettings,
  HealthSettings,
  RedisSettings,
  RetryJoinSettings,
  RetrySettings,
  TimeoutSettings,
} from "./timing-types.ts";

export type { IdentityFact, IdentityRule } from "./identity-types.ts";
export type { RouteConfig } from "./route-types.ts";
export type { ExplainedSetting } from "./setting-types.ts";
export type {
  ClickHouseSettings,
  HealthSettings,
  RedisSettings,
  RetryJoinSettings,
  RetrySettings,
  TimeoutSettings,
} from "./timing-types.ts";

/** Groups of paths that a listener serves; the names are those of the earlier gateway's `*_ENDPOINTS` lists. */
export const ENDPOINT_KEYS = [
  "openai_core",
  "openai_responses",
  "anthropic",
  "gemini_native",
  "admin",
  "health",
  "metrics",
] as const;
export type EndpointKey = (typeof ENDPOINT_KEYS)[number];

/**
 * `auto` relays where a provider speaks the caller's wire and translates where none does; `passthrough` never translates;
 * `translation` always does.
 */
export const WORK_MODES = ["auto", "passthrough", "translation"] as const;
export type WorkMode = (typeof WORK_MODES)[number];

export interface ListenerSettings {
  /** `facade`, `admin`, `openai`, `anthropic` or `gemini`. */
  name: string;
  host: string;
  /** 0 picks a free one. */
  port: number;
  endpoints: EndpointKey[];
}

/**
 * How requests that wait are ordered. `strict`: by priority, then by arrival. `fair`: owners take turns, and an urgent
 * request uses up less of its owner's turn than another. `hybrid`: 0 to 2 strictly first, the others fairly.
 */
export const QUEUE_MODES = ["strict", "fair", "hybrid"] as const;
export type QueueMode = (typeof QUEUE_MODES)[number];

export interface PoolSettings {
  /** Connections at once, and how many of them stay open while nobody needs them. */
  maxOpen: number;
  maxIdle: number;
  /** 0 is for ever. */
  maxLifetimeMs: number;
  /** For how long one stays open that nobody needs; 0 is for ever. */
  maxIdleMs: number;
}

export interface AdmissionSettings {
  /** Requests at once in the whole process; 0 is no limit. */
  maxInFlight: number;
  /** Bytes of their bodies; 0 is no limit. */
  maxInFlightBytes: number;
  /** Requests that may wait for one limit. */
  maxWaiting: number;
  /** The longest that one waits. */
  queueTimeoutMs: number;
  queueMode: QueueMode;
}

/** Something the operator should know about a setting that was accepted: an old name, a name without effect. */
export interface Notice {
  text: string;
  /** `file:line`, or the name of an environment variable. */
  where: string;
}

export interface Settings {
  environment: "dev" | "test" | "live";
  /** Absolute path of the folder for the database and all other state. */
  dataDir: string;
  /** Of one of several processes that serve together: which one, from 1 on. */
  worker?: { number: number };
  /** The file with providers, routes and aliases; null when there is none. */
  configFile: string | null;
  listeners: ListenerSettings[];
  /** Extra `Host` names that may be used besides loopback names and the listeners' own addresses. */
  allowedHosts: string[];
  /** Origins (`https://console.example`) of web pages that may call the gateway. */
  allowedOrigins: string[];
  /** A file path, or a `postgres://` address. */
  ledgerUrl: string;
  /** The same for users and keys; equal to `ledgerUrl` unless the operator set it apart. */
  identityUrl: string;
  /** Connections to PostgreSQL. */
  pool: PoolSettings;
  adminEmail: string;
  signIn: SignInSettings;
  authDisabled: boolean;
  /** Keys the hash of client keys. Null: the gateway makes one and keeps it in the data folder, readable by its owner only. */
  authSecret: string | null;
  /** Ed25519 in PEM, signs statements. Null: the gateway makes one and keeps it in the data folder. */
  statementKeyFile: string | null;
  logLevel: "debug" | "info" | "warn" | "error" | "silent";
  /** Absolute path; null logs to standard error. */
  logFile: string | null;
  /** The same for the command line. */
  logFileCli: string | null;
  maxBodyBytes: number;
  timeouts: TimeoutSettings;
  health: HealthSettings;
  /** What became of a request to a provider when its client left: stop paying, or read on to learn the usage. */
  onClientAbort: "abort" | "drain";
  workMode: WorkMode;
  admission: AdmissionSettings;
  retry: RetrySettings;
  retryJoin: RetryJoinSettings;
  runaway: RunawayLimits;
  /** Null counts budgets and rate limits in memory. */
  redis: RedisSettings | null;
  /** Whether clients of Responses may speak over WebSockets. */
  responsesWebsocket: boolean;
  /** How long answers are kept for clients of Responses to go on from; 0 keeps none. */
  responsesKeepDays: number;
  prices: PriceSettings;
  /** Null keeps no second book. */
  clickhouse: ClickHouseSettings | null;
  requestLog: LogSettings;
  ownCounts: OwnCountSettings;
  audit: AuditSettings;
  telemetry: TelemetrySettings;
  updates: UpdateSettings;
  hooks: HookSettings;
  configuration: ConfigurationSettings;
  disk: DiskSettings;
  network: NetworkSettings;
  /** Routes, aliases and providers that came from INI or environment rather than from gateway.yaml. */
  inline: ConfigFileContent;
  /** Every setting with the layer it came from, for `gateway config show`; secrets already hidden. */
  explained: ExplainedSetting[];
  notices: Notice[];
}

/** Where a provider's key is kept. The key itself never stands in a configuration file. */
export type CredentialRef =
  | { source: "env"; name: string }
  | { source: "file"; path: string }
  | { source: "keychain"; name: string }
  /** In the gateway's own store of secrets, wherever that keeps it. */
  | { source: "secret"; name: string };

/** After an error answer: here again after a pause, the next key or target, or no further try at all. */
export const STATUS_ACTIONS = ["again", "next", "fail"] as const;
export type StatusAction = (typeof STATUS_ACTIONS)[number];

/** One entry of `providers:`. */
export interface ProviderConfig {
  id: string;
  /** Id of a catalogue row, or `openai-compatible` / `anthropic-compatible`. */
  kind: string;
  baseUrl?: string;
  credential?: CredentialRef;
  /** Several keys of one provider, in place of `credential`. */
  credentials?: { id: string; credential: CredentialRef; weight: number; maxConcurrency?: number }[];
  /** Narrows what the instance may be spoken to in. */
  protocols?: ProviderWire[];
  /** Model ids the instance serves; asked of the provider when left out. */
  models?: string[];
  headers?: Record<string, string>;
  /** What is done after its error answers, by status; those left out are judged as everywhere. */
  onStatus?: Readonly<Record<number, StatusAction>>;
  /** How it is paid for, where that is not as usual for its kind. */
  billing?: Billing;
  options?: Record<string, unknown>;
  /** `file:line` or the environment variable it came from. */
  where: string;
}

export interface ConfigFileContent {
  providers: ProviderConfig[];
  routes: RouteConfig[];
  aliases: Record<string, string>;
  /** Ids of providers that stand in the file and are switched off; none when left out. */
  disabled?: string[];
  /** What the operator says that things cost; none when left out. */
  prices?: PriceOverride[];
  /** None when left out. */
  budgets?: BudgetConfig[];
  rateLimits?: RateLimitConfig[];
  /** What providers are told of who asks; nothing when left out. */
  identity?: IdentityRule[];
  /** None when left out. */
  signIn?: SignInConfig;
  /** None when left out. */
  hooks?: HookConfig[];
}

/** The part of the settings that is reloaded while the gateway runs. */
export interface GatewayConfig extends ConfigFileContent {
  /** Grows by one with each reload that was taken. */
  version: number;
}

/** A setting that was refused: shown to the operator as `file:line: key: problem (allowed: …)`. */
export interface SettingProblem {
  where: string;
  key: string;
  problem: string;
  /** The allowed values or the right way, in words; empty when the problem says it all. */
  hint: string;
}

export class SettingsError extends Error {
  override readonly name = "SettingsError";
  readonly problems: SettingProblem[];
  constructor(problems: SettingProblem[]) {
    super(problems.map((p) => `${p.where}: ${p.key}: ${p.problem}${p.hint ? ` (${p.hint})` : ""}`).join("\n"));
    this.problems = problems;
  }
}
