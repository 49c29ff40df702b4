/** The parts joined into a gateway that listens: sockets, exchanges, the writer of their records, the admin API. */

import type { User } from "../auth/types.ts";
import type { Gateway, GatewayInfo, Host } from "../index.ts";
import { createIdSource } from "../lib/ids.ts";
import type { Settings } from "../settings/types.ts";
import { serveAdmin } from "./admin-side.ts";
import { agentDoor } from "./agents-side.ts";
import { createAnalytics } from "./analytics-side.ts";
import { keepAudit } from "./audit-side.ts";
import { openBooks } from "./books.ts";
import { type Urls, urlsOf } from "./bound-urls.ts";
import { startProbes } from "./health-side.ts";
import { openHooks } from "./hooks-side.ts";
import { createHostDesk } from "./host-desk.ts";
import { openDoors } from "./open-doors.ts";
import { composeParts, type Parts } from "./parts.ts";
import { answerPlayground } from "./playground.ts";
import { replayExchange } from "./replay.ts";
import { openServices } from "./services.ts";
import { watchTokenIssuers } from "./sign-in-side.ts";
import { createUpdates } from "./updates-side.ts";

export async function composeGateway(settings: Settings, env: NodeJS.ProcessEnv, host: Host = {}): Promise<Gateway> {
  const parts = await composeParts(settings, env, host);
  try {
    await parts.ways.learn();
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

  const services = await openServices(parts, books, user);
  const { running, world, spending, disk, telemetry, dispatch } = services;
  const nextId = createIdSource(clock);
  const cut = new AbortController();
  const { analytics, updates, ...beside } = createBeside(parts);
  const admin = serveAdmin({
    parts,
    root: user,
    isFirstRun,
    env,
    agents: agentDoor(parts, env, host.isDesktop ?? false),
    ...books,
    running,
    analytics: () => analytics?.state() ?? null,
    updateProblem: () => updates?.problem() ?? null,
    hooks: hooks.desk,
    budgets: spending.budgets,
    diskProblem: disk.problem,
    startedAtUs: clock.nowUs(),
    urls: () => urls,
    replay: (question) => replayExchange({ parts, world, nextId, running }, question),
    operations: { runId: books.runId, admission: world.admission },
    playground: (...asked) => answerPlayground({ parts, world, nextId, running, cut: cut.signal }, ...asked),
  });
  const server = openDoors({ parts, world, dispatch, admin, metrics: telemetry.metrics, running, nextId, cut });
  let urls: Urls = { url: "", consoleUrl: "" };

  const shutDown = async (drainMs: number): Promise<void> => {
    hooks.stopping();
    admin.stop();
    beside.hush();
    await services.hush();
    await server.stop(drainMs);
    await services.finish();
    await hooks.stop();
    await books.close();
    await telemetry.stop();
    await beside.stop();
    await services.close();
    await parts.close();
  };

  return {
    desk: createHostDesk(parts, running, books.watchers),
    async start() {
      try {
        // First, because two gateways on one data folder must not both serve for a moment.
        await admin.listenLocally();
        urls = urlsOf(await server.start(), settings);
      } catch (error) {
        await shutDown(0);
        throw error;
      }
      beside.start();
      telemetry.start();
      hooks.start();
      return welcome(parts, urls, isFirstRun ? user.id : null);
    },
    reopenLog: () => parts.log.reopen(),
    signInUrl: () => `${urls.consoleUrl}#code=${admin.createCode()}`,
    async stop() {
      admin.leave();
      await server.leave(settings.timeouts.stopDelayMs);
      await shutDown(settings.timeouts.drainMs);
    },
  };
}

/** What goes on beside the requests, from the moment the gateway listens. */
function createBeside(parts: Parts) {
  const analytics = createAnalytics(parts);
  const updates = createUpdates(parts);
  const stops: ((() => void) | null)[] = [];
  return {
    analytics,
    updates,
    start() {
      parts.config.start();
      parts.configuration.start();
      parts.prices.start();
      watchTokenIssuers(parts);
      stops.push(startProbes(parts), keepAudit(parts));
      analytics?.start();
      updates?.start();
    },
    /** Asks and cleans no more; what is still to be sent waits for the last record. */
    hush: () => stops.splice(0).forEach((stop) => stop?.()),
    async stop() {
      await analytics?.stop();
      await updates?.stop();
    },
  };
}

async function openIdentity({
  users,
  apiKeys,
  keyRing,
  settings,
}: Parts): Promise<{ user: User; isFirstRun: boolean }> {
  const { user } = await users.ensureRootAdmin(settings.adminEmail);
  const isFirstRun = (await apiKeys.list({ limit: 1 })).length === 0;
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

async function createFirstKey({ apiKeys, keyRing }: Parts, userId: number): Promise<string> {
  const { token } = await apiKeys.create({ userId, name: "first key" });
  await keyRing.reload();
  return token;
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
