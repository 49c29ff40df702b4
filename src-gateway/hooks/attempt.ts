import type { Clock } from "../lib/clock.ts";
import type { HookConfig, WebhookTarget } from "../settings/hook-types.ts";
import type { CredentialRef } from "../settings/types.ts";
import { chatText } from "./chat-text.ts";
import { runScript } from "./run-script.ts";
import { sendWebhook, type WebhookCall } from "./send-webhook.ts";
import type { Attempt, GatewayEvent, Outcome } from "./types.ts";

export interface AttemptOptions {
  env: Readonly<Record<string, string | undefined>>;
  /** Where scripts run. */
  cwd: string;
  /** @throws Error when it is not there. */
  resolveSecret: (ref: CredentialRef) => Promise<string>;
  /** Takes known secrets out of what receivers say. */
  redact: (text: string) => string;
  clock: Clock;
  version: string;
  /** How names are looked up, for tests. */
  lookUp?: WebhookCall["lookUp"];
}

export function createAttempt(options: AttemptOptions): Attempt {
  return async (hook, message, signal) => {
    const outcome = await tryOnce(options, hook, message, signal);
    const { output, problem } = outcome;
    return { ...outcome, output: options.redact(output), problem: problem === null ? null : options.redact(problem) };
  };
}

async function tryOnce(
  options: AttemptOptions,
  { target, timeoutMs }: HookConfig,
  message: { id: string; body: string },
  signal: AbortSignal,
): Promise<Outcome> {
  const { env, cwd, clock, version, lookUp } = options;
  if (target.kind === "script") return runScript({ target, body: message.body, timeoutMs, env, cwd, signal });
  let known: { url: string; secrets: string[] };
  try {
    known = await secretsOf(options, target);
  } catch {
    return failed("its address or its secret is not where the configuration says that it is");
  }
  const body = target.format === "slack" ? slackBody(message.body) : message.body;
  try {
    return await sendWebhook({
      ...known,
      message: { id: message.id, body },
      allowPrivate: target.allowPrivate,
      timeoutMs,
      nowMs: clock.nowUs() / 1000,
      signal,
      userAgent: `tokligence-gateway/${version}`,
      ...(lookUp ? { lookUp } : {}),
    });
  } catch {
    return failed("its address cannot be called");
  }
}

async function secretsOf(
  { resolveSecret }: AttemptOptions,
  { url, secrets }: WebhookTarget,
): Promise<{ url: string; secrets: string[] }> {
  return {
    url: typeof url === "string" ? url : await resolveSecret(url),
    secrets: await Promise.all(secrets.map((ref) => resolveSecret(ref))),
  };
}

const slackBody = (body: string): string => JSON.stringify({ text: chatText(JSON.parse(body) as GatewayEvent) });

const failed = (problem: string): Outcome => ({
  isDelivered: false,
  code: null,
  ms: 0,
  problem,
  output: "",
  retryAfterMs: null,
  isGone: false,
});
