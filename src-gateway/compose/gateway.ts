/** The parts joined into a gateway that listens: sockets, exchanges, the writer of their records, the admin API. */

import type { User } from "../auth/types.ts";
import type { Gateway, GatewayInfo, Host } from "../index.ts";
import { createIdSource } from "../lib/ids.ts";
import type { Settings } from "../settings/types.ts";
import { createTokenCounter } from "../token-count/counter.ts";
import { createUpstream } from "../upstream/dispatch.ts";
import { serveAdmin } from "./admin-side.ts";
import { agentDoor } from "./agents-side.ts";
import { createAnalytics } from "./analytics-side.ts";
import { keepAudit } from "./audit-side.ts";
import { openBooks } from "./books.ts";
import { openBudgets } from "./budgets-side.ts";
import { watchDisk } from "./disk-side.ts";
import { createExchangeWorld } from "./exchange-world.ts";
import { startProbes } from "./health-side.ts";
import { openHooks } from "./hooks-side.ts";
import { logBodies } from "./log-bodies.ts";
import { openDoors } from "./open-doors.ts";
import { countBeside } from "./own-counts.ts";
import { composeParts, type Parts } from "./parts.ts";
import { replayExchange } from "./replay.ts";
import { createResponseMemory } from "./response-memory.ts";
import { consoleUrlOf, watchTokenIssuers } from "./sign-in-side.ts";
import { openTelemetry } from "./telemetry-side.ts";
import { createUpdates } from "./updates-side.ts";

/** A few agents' bursts at once. */
const MAX_WAITING_COUNTS = 1_000;

export async function composeGateway(settings: Settings, env: NodeJS.ProcessEnv, host: Host = {}): Promise<Gateway> {
  const parts = await composeParts(settings, env);
  try {
    return await joinGateway(parts, env, host);
  } catch (error) {
    await parts.close();
    throw error;
  }
}

async function joinGateway(parts: Parts, env: NodeJS.ProcessEnv, host: Host): Promise<Gateway> {
  const { settings, clock } = parts;
  const books = await openBooks(parts);
  const hooks = openHooks(parts, env, books);
  const { user, isFirstRun } = await openIdentity(parts);

  const upstream = createUpstream({ connectMs: settings.timeouts.connectMs });
  const counter = createTokenCounter({ maxQueue: MAX_WAITING_COUNTS });
  const memory = createResponseMemory(parts);
  const counted = countBeside(parts, books);
  const logged = logBodies(parts, counted.records);
  const spending = await openBudgets(parts, books.writer);
  const disk = watchDisk(parts, books.writer);
  const running = new Set<Promise<void>>();
  const telemetry = openTelemetry(parts, books, { running, budgets: spending.budgets });
  const world = telemetry.watching({
    ...createExchangeWorld(parts, user, upstream.dispatch, books.records, counter, memory, spending.spending),
    ...logged.world,
    ...counted.listening(logged.world),
    noRoom: disk.noRoom,
  });
  const nextId = createIdSource(clock);
  const analytics = createAnalytics(parts);
  const updates = createUpdates(parts);
  const admin = serveAdmin({
    parts,
    root: user,
    isFirstRun,
    agents: agentDoor(parts, env, host.isDesktop ?? false),
    writer: books.writer,
    running,
    watchers: books.watchers,
    analytics: () => analytics?.state() ?? null,
    updateProblem: () => updates?.problem() ?? null,
    hooks: hooks.desk,
    budgets: spending.budgets,
    diskProblem: disk.problem,
    startedAtUs: clock.nowUs(),
    urls: () => urls,
    replay: (question) => replayExchange({ parts, world, nextId, running }, question),
  });
  const { metrics } = telemetry;
  const server = openDoors({ parts, world, dispatch: upstream.dispatch, admin, metrics, running, nextId });
  let urls: Urls = { url: "", consoleUrl: "" };

  let stopProbes: (() => void) | null = null;
  let stopAudit: (() => void) | null = null;

  const shutDown = async (drainMs: number): Promise<void> => {
    hooks.stopping();
    admin.stop();
    disk.stop();
    stopProbes?.();
    stopAudit?.();
    world.joins?.stop();
    await spending.answerAll();
    await server.stop(drainMs);
    await Promise.allSettled(running);
    await memory.answers.stop();
    await logged.stop();
    await counted.stop();
    await spending.stop();
    await hooks.stop();
    await books.close();
    await telemetry.stop();
    await analytics?.stop();
    await updates?.stop();
    await counter.close();
    await upstream.close();
    await parts.close();
  };

  return {
    async start() {
      try {
        // First, because two gateways on one data folder must not both serve for a moment.
        await admin.listenLocally();
        urls = urlsOf(await server.start(), settings);
      } catch (error) {
        await shutDown(0);
        throw error;
      }
      parts.config.start();
      parts.configuration.start();
      parts.prices.start();
      watchTokenIssuers(parts);
      stopProbes = startProbes(parts);
      stopAudit = keepAudit(parts);
      analytics?.start();
      telemetry.start();
      updates?.start();
      hooks.start();
      return welcome(parts, urls, isFirstRun ? user.id : null);
    },
    reopenLog: () => parts.log.reopen(),
    signInUrl: () => `${urls.consoleUrl}#code=${admin.createCode()}`,
    stop: () => shutDown(settings.timeouts.drainMs),
  };
}

async function openIdentity({
  users,
  apiKeys,
  keyRing,
  settings,
}: Parts): Promise<{ user: User; isFirstRun: boolean }> {
  const { user } = await users.ensureRootAdmin(settings.adminEmail);
  const isFirstRun = (await apiKeys.list()).length === 0;
  await keyRing.reload();
  return { user, isFirstRun };
}

/** @param newUserId whose first key is to be made. */
async function welcome(parts: Parts, urls: Urls, newUserId: number | null): Promise<GatewayInfo> {
  parts.log.info({ url: urls.url, version: __VERSION__ }, "the gateway listens");
  // Made only now: a key that a failed start has made would never be shown.
  const clientKey = newUserId === null ? null : await createFirstKey(parts, newUserId);
  return infoOf(parts, urls, clientKey);
}

interface Urls {
  url: string;
  consoleUrl: string;
}

async function createFirstKey({ apiKeys, keyRing }: Parts, userId: number): Promise<string> {
  const { token } = await apiKeys.create({ userId, name: "first key" });
  await keyRing.reload();
  return token;
}

function urlsOf(bound: { name: string; host: string; port: number }[], settings: Settings): Urls {
  const urlOf = (name: string): string | null => {
    const listener = bound.find((each) => each.name === name);
    if (!listener) return null;
    // An address that means "everywhere" is none that can be called.
    const host = listener.host === "0.0.0.0" || listener.host === "::" ? "127.0.0.1" : listener.host;
    return `http://${host.includes(":") ? `[${host}]` : host}:${listener.port}`;
  };
  const url = urlOf("facade") ?? urlOf("openai") ?? "";
  return { url, consoleUrl: consoleUrlOf(settings, `${urlOf("facade") ?? urlOf("admin") ?? url}/console/`) };
}

function infoOf(parts: Parts, urls: Urls, clientKey: string | null): GatewayInfo {
  const { settings, config } = parts;
  return {
    version: __VERSION__,
    ...urls,
    dataDir: settings.dataDir,
    clientKey,
    providers: [...config.live().instances.keys()],
    updates: settings.updates,
    notices: settings.notices.map((notice) => `${notice.where}: ${notice.text}`),
  };
}
