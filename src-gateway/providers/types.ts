/** Providers as data. A row of the catalogue says what a provider can do; an instance is a row that the operator configured. */
import type { ProviderWire } from "../ir/protocol.ts";
import type { Billing } from "../prices/types.ts";
import type { CredentialRef, StatusAction } from "../settings/types.ts";
import type { CompatFlag } from "./compat.ts";

/** How a credential is shown to a provider. */
export const AUTH_SCHEMES = ["bearer", "x-api-key", "x-goog-api-key", "api-key", "aws", "google", "none"] as const;
export type AuthScheme = (typeof AUTH_SCHEMES)[number];

export interface CatalogueRow {
  id: string;
  name: string;
  /** Base URL per wire; `{x}` is filled in from `options.x`. Wires that no adapter speaks yet stand in `otherWires`. */
  protocols: Partial<Record<ProviderWire, string>>;
  otherWires: Record<string, string>;
  auth: AuthScheme;
  /** Not every wire of a provider takes the same header. */
  authByProtocol?: Partial<Record<ProviderWire, AuthScheme>>;
  /** False: works without a key, as local servers do. */
  needsCredential: boolean;
  /** Environment variables that usually hold the key, first one wins. */
  credentialEnv: string[];
  /** Environment variable that usually moves the base URL. */
  baseUrlEnv: string[];
  /** Where its models are listed, relative to the base URL of `models.protocol`; null when it has no list. */
  models: { protocol: ProviderWire; path: string } | null;
  compat: CompatFlag[];
  quirks: string[];
  confidence: "high" | "medium" | "low";
}

/** One of a provider's keys. */
export interface ProviderKey {
  /** `default` where the provider has one key or none. */
  id: string;
  credential: CredentialRef | null;
  weight: number;
  /** Requests at once; no limit when absent. */
  maxConcurrency?: number;
}

/** A provider that requests can be sent to. */
export interface ProviderInstance {
  id: string;
  kind: string;
  name: string;
  /** Base URLs without a trailing slash. */
  protocols: Partial<Record<ProviderWire, string>>;
  auth: Partial<Record<ProviderWire, AuthScheme>>;
  /** Of the first key; what is asked on the side (model lists, probes) is asked with it. */
  credential: CredentialRef | null;
  /** At least one. Requests are spread over them by weight, and each is cooled down alone. */
  keys: readonly ProviderKey[];
  needsCredential: boolean;
  /** Declared by the operator; null asks the provider. */
  declaredModels: string[] | null;
  modelsEndpoint: { protocol: ProviderWire; path: string } | null;
  /** Extra headers on every request, lower case. */
  headers: Record<string, string>;
  compat: ReadonlySet<CompatFlag>;
  /** Requests that it may be asked at once; without a limit when left out. */
  maxConcurrency?: number;
  /** What is done after its error answers, by status, where it is not what is done everywhere. */
  onStatus?: Readonly<Record<number, StatusAction>>;
  /** How it is paid for, where that is not as usual for its kind. */
  billing?: Billing;
  /** The proxy to it, or `none`, where that is not as the settings say. */
  proxy?: string;
  /** The provider's region, where requests are signed for one. */
  region: string | null;
  where: string;
}
