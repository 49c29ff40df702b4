/** The sockets, and who answers what comes in on them. */

import type { KeyRing } from "../auth/types.ts";
import type { ExchangeWorld } from "../exchange/types.ts";
import { createProxyTrust } from "../lib/client-address.ts";
import type { PassingMap } from "../lib/passing-map.ts";
import { describeCapabilities } from "../server/capabilities-reply.ts";
import { createGatewayServer, type GatewayServer } from "../server/gateway-server.ts";
import { createInferenceHandler } from "../server/inference-handler.ts";
import { createMetricsHandler } from "../server/metrics-handler.ts";
import { createPassthroughHandler } from "../server/passthrough-handler.ts";
import { createRequestHandler } from "../server/request-handler.ts";
import {
  createResponsesSockets,
  type ResponsesSockets,
  type ResponsesSocketsOptions,
} from "../server/responses-socket/responses-sockets.ts";
import { createStoredResponseHandler } from "../server/stored-response-handler.ts";
import type { Settings } from "../settings/types.ts";
import { mergeWorkers } from "../telemetry/metrics/merge-workers.ts";
import type { AnyDispatch } from "../upstream/types.ts";
import type { serveAdmin } from "./admin-side.ts";
import { listModels } from "./list-models.ts";
import type { Parts } from "./parts.ts";
import { recallBeforeArrival, recallBeforeUpgrade, recallFirst } from "./recall-first.ts";
import { openWorkerLink } from "./worker-link.ts";

interface Metrics {
  text(): Promise<string>;
  token: string | null;
}

/** For calls that ask what is there, and cost nothing. */
const NO_RECORDS: ExchangeWorld["records"] = { open() {}, close: () => undefined };

export function openDoors(options: {
  parts: Parts;
  world: ExchangeWorld;
  dispatch: AnyDispatch;
  admin: Pick<ReturnType<typeof serveAdmin>, "health" | "handle">;
  /** Null where nothing is measured. */
  metrics: Metrics | null;
  /** Exchanges that have begun and not yet closed their record. */
  running: PassingMap<Promise<void>>;
  /** Ids of exchanges, and of answers that never became one. */
  nextId: () => number;
  /** Aborts when what is still open is broken off, because the gateway ends. */
  cut: AbortController;
}): GatewayServer {
  const { parts, world, admin, running, nextId, cut } = options;
  const metrics = ofAllWorkers(parts, options.metrics);
  const { settings, log } = parts;
  const { maxBodyBytes } = settings;
  const instances = () => parts.config.live().instances;
  const straight = { ...world, dispatch: options.dispatch, instances };
  const inference = createInferenceHandler({ world, maxBodyBytes, running, cut: cut.signal });
  const handle = createRequestHandler({
    version: __VERSION__,
    log,
    inference,
    passthrough: createPassthroughHandler({ world: straight, maxBodyBytes, running, cut: cut.signal }),
    storedResponse: createStoredResponseHandler({
      memory: world.responses,
      instances,
      authenticate: (token, address) => world.authenticate(token, address),
      passthrough: createPassthroughHandler({
        world: { ...straight, records: world.observer?.unrecorded ?? NO_RECORDS },
        maxBodyBytes,
        running,
        cut: cut.signal,
      }),
    }),
    capabilities: () => describeCapabilities({ version: __VERSION__, instances: [...instances().values()] }),
    authenticate: (token, address) => world.authenticate(token, address),
    listModels: () => listModels(parts),
    health: (isDeep) => admin.health(isDeep),
    metrics: metrics && createMetricsHandler({ ...metrics, authenticate: (...shown) => world.authenticate(...shown) }),
    admin: (request, response) => admin.handle(request, response),
  });
  const recall = (token: string): Promise<void> | null => parts.keyRing.recall(token);
  const sockets = settings.responsesWebsocket
    ? socketsOnDemand(parts.keyRing, { world, recall, maxBodyBytes, running, nextId, cut })
    : null;
  return createGatewayServer({
    listeners: settings.listeners,
    ...ownNames(settings),
    isTrustedProxy: createProxyTrust(settings.signIn.trustedProxies),
    timeouts: settings.timeouts,
    log,
    nextId,
    cut,
    sockets,
    isWorker: settings.worker !== undefined,
    handle: recallFirst(parts.keyRing, handle),
    inference: recallBeforeArrival(parts.keyRing, inference),
  });
}

/** What one of several workers measured and was told, the others tell and do, too. */
function ofAllWorkers({ settings, pause }: Parts, metrics: Metrics | null): Metrics | null {
  if (settings.worker === undefined) return metrics;
  const link = openWorkerLink({
    metrics: async () => (await metrics?.text()) ?? "",
    setPaused: (isPaused) => pause.follow(isPaused),
  });
  pause.onSet((isPaused) => link.tellPause(isPaused));
  return metrics && { ...metrics, text: async () => mergeWorkers(await link.allMetrics()) };
}

/** Made for the first client that speaks Responses over a WebSocket: most never meet one. */
function socketsOnDemand(keyRing: KeyRing, options: ResponsesSocketsOptions): ResponsesSockets {
  let sockets: ResponsesSockets | null = null;
  return {
    upgrade: recallBeforeUpgrade(keyRing, (...asked) => {
      sockets ??= createResponsesSockets(options);
      sockets.upgrade(...asked);
    }),
    stop: async (drainMs) => sockets?.stop(drainMs),
  };
}

/** The public address is one of ours, whether the proxy before us hands its name on or calls us by another. */
function ownNames({ allowedHosts, allowedOrigins, signIn: { publicUrl } }: Settings): {
  allowedHosts: string[];
  allowedOrigins: string[];
} {
  if (publicUrl === null) return { allowedHosts, allowedOrigins };
  return {
    allowedHosts: [...allowedHosts, new URL(publicUrl).hostname],
    allowedOrigins: [...allowedOrigins, publicUrl],
  };
}
