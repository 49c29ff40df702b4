/** Hooks as the operator wrote them down: who is told of which events, and how. */
import type { CredentialRef } from "./types.ts";

export interface ScriptTarget {
  kind: "script";
  /** Absolute. */
  path: string;
  args: string[];
  /** Variables of the gateway that the script may see. */
  passEnv: string[];
  /** Variables that were written down themselves. */
  setEnv: Readonly<Record<string, string>>;
}

export const WEBHOOK_FORMATS = ["json", "slack"] as const;
export type WebhookFormat = (typeof WEBHOOK_FORMATS)[number];

export interface WebhookTarget {
  kind: "webhook";
  /** An address, or the place where it is kept: addresses of chats are secrets themselves. */
  url: string | CredentialRef;
  /** What it is signed with: the present secret, and while it is replaced the other one too. */
  secrets: CredentialRef[];
  format: WebhookFormat;
  /** Lets it be reached in a private network, and without TLS. */
  allowPrivate: boolean;
}

export interface HookConfig {
  /** The same in all that is recorded of it. */
  name: string;
  /** Patterns of event types. */
  events: string[];
  target: ScriptTarget | WebhookTarget;
  timeoutMs: number;
  /** For so long a delivery that fails is tried again. */
  retryForMs: number;
  /** `file:line` or the environment variable it came from. */
  where: string;
}

export interface HookSettings {
  /** The operator wants none, whatever gateway.yaml says. */
  isOff: boolean;
  /** The one that the earlier gateway knew; null when it is not set. */
  script: HookConfig | null;
  /** From which share of failed requests on `gateway.error_rate.high` is told. */
  errorRatePercent: number;
}
