/** What an exchange is given of the parts: who may ask, where to, with which key, and who keeps the record. */
import { createAffinity } from "../affinity/affinity.ts";
import { conversationKey } from "../affinity/conversation-key.ts";
import type { Principal, User } from "../auth/types.ts";
import { createReplayMemory } from "../exchange/replay-memory.ts";
import type { Dispatch, ExchangeWorld, Spender } from "../exchange/types.ts";
import { GatewayError } from "../ir/errors.ts";
import { createJoins } from "../joins/joins.ts";
import { turnClock } from "../lib/clock.ts";
import type { Leaving } from "../lib/leaving.ts";
import { lastingHash, runHash } from "../lib/run-hash.ts";
import { createAdmission } from "../limits/admission.ts";
import type { Admission } from "../limits/types.ts";
import type { ProviderInstance, ProviderKey } from "../providers/types.ts";
import type { ResponseMemory } from "../responses-state/types.ts";
import type { TokenCounter } from "../token-count/counter.ts";
import { createAuthorizer } from "../upstream/authorize.ts";
import type { Parts } from "./parts.ts";
import { planRequest } from "./plan-request.ts";
import { createPromptReports } from "./prompt-reports.ts";
import { switchedGuard, switchedReports } from "./switched.ts";

/** An answer whose client left is read on for this long at most, where the operator wants to know its usage. */
const MAX_DRAIN_MS = 120_000;

export function createExchangeWorld(
  parts: Parts,
  root: User,
  dispatch: Dispatch,
  records: ExchangeWorld["records"],
  counter: TokenCounter,
  memory: ResponseMemory,
  spending: () => Spender | null,
): ExchangeWorld {
  const { settings, clock, log, keyRing, health } = parts;
  const nobody: Principal = {
    userId: root.id,
    email: root.email,
    role: root.role,
    apiKeyId: null,
    keyName: null,
    scopes: [],
  };
  const authorizer = createAuthorizer(clock, parts.ways);
  return {
    clock,
    turnClock,
    log,
    timeouts: settings.timeouts,
    onClientAbort: settings.onClientAbort,
    workMode: settings.workMode,
    retry: settings.retry,
    random: Math.random,
    wait: waitFor,
    health,
    admission: admissionOf(parts),
    affinity: createAffinity({ clock: turnClock }),
    spending,
    identity: () => parts.config.live().config.identity ?? [],
    runaways: switchedGuard(parts),
    joins: settings.retryJoin.isOn ? createJoins({ clock: turnClock, limits: settings.retryJoin }) : null,
    mayJoin: (userId) => parts.configuration.flags.isOn("retry_join", userId),
    conversationOf: (request) => conversationKey(request, request.isLasting === true ? lastingHash() : runHash()),
    reportPrompt: switchedReports(parts, createPromptReports(clock)),
    replay: createReplayMemory(clock),
    responses: memory,
    maxDrainMs: MAX_DRAIN_MS,
    dispatch,
    records,
    authenticate(token, address) {
      if (settings.authDisabled) return nobody;
      if (token === null) {
        throw new GatewayError(
          "missing_api_key",
          "No key came with the request. Send a client key (tok_…) as a Bearer token, x-api-key, x-goog-api-key or ?key=.",
        );
      }
      return parts.tokens.authenticate(token) ?? keyRing.authenticate(token, address);
    },
    plan: (request) => planRequest(parts, request),
    authorize({ instance, wire, key }, request) {
      const secret = secretOf(parts, instance, key);
      return secret instanceof Promise
        ? secret.then((resolved) => authorizer.authorize(instance, wire, resolved, request))
        : authorizer.authorize(instance, wire, secret, request);
    },
    maxOutputTokens: (provider, model) => parts.models.maxOutputTokens(provider, model),
    countTokens: async (request, signal) => (await counter.count(request, signal)).tokens,
    withoutCounter: new Map(),
  };
}

/** Limits that can change while the gateway runs are asked for at each turn. */
function admissionOf({ clock, settings, config }: Parts): Admission {
  const instanceOf = (id: string): ProviderInstance | undefined => config.live().instances.get(id);
  return createAdmission({
    clock,
    settings: settings.admission,
    schedule: (callback, delayMs) => {
      const timer = setTimeout(callback, delayMs);
      return () => clearTimeout(timer);
    },
    maxima: {
      provider: (id) => instanceOf(id)?.maxConcurrency ?? null,
      providerKey: (id, key) => instanceOf(id)?.keys.find((each) => each.id === key)?.maxConcurrency ?? null,
    },
  });
}

/** Null where the provider needs none; at once where it is known already. @throws GatewayError credential_missing */
function secretOf(
  { secrets }: Parts,
  instance: ProviderInstance,
  key?: ProviderKey,
): string | null | Promise<string | null> {
  const credential = key?.credential ?? instance.credential;
  if (credential === null) {
    if (!instance.needsCredential) return null;
    throw new GatewayError(
      "credential_missing",
      `The provider "${instance.id}" needs a key and has none. Set its usual environment variable, or \`credential\` in gateway.yaml.`,
    );
  }
  return secrets.peek(credential) ?? secrets.resolve(credential);
}

function waitFor(ms: number, signal: Leaving): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
  });
}
