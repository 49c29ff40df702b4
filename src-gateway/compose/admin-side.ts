/** The admin side of a running gateway: its API for console and command line, health, and the local control socket. */

import type { IncomingMessage, ServerResponse } from "node:http";
import { type ControlSocket, listenControlSocket } from "../admin-api/control-socket.ts";
import type { AdminDeps } from "../admin-api/deps.ts";
import type { User } from "../auth/types.ts";
import type { Budgets } from "../budgets/types.ts";
import type { HookDesk } from "../hooks/types.ts";
import type { ExchangeRecord } from "../ir/exchange-record.ts";
import type { PassingMap } from "../lib/passing-map.ts";
import { retentionAt } from "../request-log/body-log.ts";
import type { ExchangeWriter } from "../store/exchange-writer.ts";
import { probeProvider } from "../upstream/probe.ts";
import { configView, providerViews, statusView } from "./admin-views.ts";
import type { AgentDoor } from "./agents-side.ts";
import { configurationDoor } from "./configuration-door.ts";
import { explainRoute } from "./explain-route.ts";
import { forgetUser } from "./forget-user.ts";
import { foundKeysDesk } from "./found-keys-side.ts";
import { createDeepHealth, healthView } from "./health-side.ts";
import { ledgerDesk } from "./ledger-side.ts";
import { listModels } from "./list-models.ts";
import { createLive } from "./live-side.ts";
import { operationsView, type RunningSide } from "./operations-side.ts";
import type { Parts } from "./parts.ts";
import { isProvider, pricesView } from "./price-views.ts";
import { readsAfterWrites } from "./reads-after-writes.ts";
import { signInDesk } from "./sign-in-side.ts";
import { supportBundle } from "./support-side.ts";
import { transferDesk } from "./transfer-side.ts";
import { noticeDesk } from "./updates-side.ts";

export interface AdminSide {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** A request from somebody who has shown by the file system that they are the operator. */
  handleLocal(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Deep: with every provider, which takes as long as the slowest of them. */
  health(isDeep: boolean): Promise<{ ready: boolean; body: Record<string, unknown> }>;
  /** @throws Error when another gateway runs on the same data folder. */
  listenLocally(): Promise<void>;
  /** A one-time code that signs the root administrator in. */
  createCode(): string;
  /** From now on `/readyz` says that somebody else should be asked. */
  leave(): void;
  stop(): void;
}

export interface AdminSideInput {
  parts: Parts;
  root: User;
  /** This start made the root administrator. */
  isFirstRun: boolean;
  /** Null when no gateway runs and the command line works on the database alone. */
  writer: ExchangeWriter | null;
  /** Ends when what has ended so far is written. */
  written: () => Promise<void>;
  running: PassingMap<Promise<void>>;
  watchers: Set<(record: ExchangeRecord | null) => void>;
  /** Null while nothing is limited. */
  budgets: () => Budgets | null;
  analytics: AdminDeps["analytics"];
  /** Why the last question after a new version was not answered. */
  updateProblem: () => string | null;
  hooks: HookDesk;
  /** What is short on the disk, as a sentence; null while there is room. */
  diskProblem?: () => string | null;
  startedAtUs: number;
  agents: AgentDoor;
  /** Where keys may be found. */
  env: NodeJS.ProcessEnv;
  urls: () => { url: string; consoleUrl: string };
  replay: AdminDeps["replay"];
  playground: AdminDeps["playground"];
  /** Null when no gateway runs. */
  operations: RunningSide | null;
}

export function serveAdmin(input: AdminSideInput): AdminSide {
  const { parts } = input;
  let made: AdminDeps | null = null;
  const deps = (): AdminDeps => (made ??= adminDeps(input));
  const deepHealth = createDeepHealth(parts);
  let app: Promise<(request: IncomingMessage, response: ServerResponse) => void> | null = null;
  let socket: ControlSocket | null = null;
  let isStopping = false;
  // Made when somebody asks for it, and Express loaded: most starts serve agents only.
  const loadApp = () => (app ??= import("../admin-api/app.ts").then(({ createAdminApp }) => createAdminApp(deps())));

  const handleLocal = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const answer = await loadApp();
    deps().markLocal(request);
    answer(request, response);
  };

  return {
    async handle(request, response) {
      (await loadApp())(request, response);
    },
    async health(isDeep) {
      const database = await isReachable(parts);
      const disk = input.diskProblem?.() ?? null;
      const ready = database && !isStopping && disk === null;
      return {
        ready,
        body: {
          status: ready ? "ok" : isStopping ? "stopping" : database ? "disk full" : "database unreachable",
          version: __VERSION__,
          database: parts.ledgerStore.dialect,
          ...(disk === null ? {} : { disk }),
          ...countsOf(input),
          ...(isDeep ? { providers: await deepHealth() } : {}),
        },
      };
    },
    handleLocal,
    createCode: () => deps().signIn.codes.createLink(input.root.id).code,
    async listenLocally() {
      // The command line of this machine asks the first of several.
      if ((parts.settings.worker?.number ?? 1) > 1) return;
      socket = await listenControlSocket(
        parts.settings.dataDir,
        (request, response) => void handleLocal(request, response),
      );
    },
    leave() {
      isStopping = true;
    },
    stop() {
      isStopping = true;
      made?.ledger.stop();
      for (const watcher of input.watchers) watcher(null);
      socket?.close();
    },
  };
}

/** Where several gateways count together, and whether they do. */
const countsOf = ({ budgets, parts }: AdminSideInput): { budgetCounts?: string } => {
  const mode = parts.settings.redis === null ? undefined : budgets()?.mode();
  return mode === undefined ? {} : { budgetCounts: mode };
};

async function isReachable({ ledgerStore }: Parts): Promise<boolean> {
  try {
    await ledgerStore.db.selectFrom("instances").select("id").limit(1).execute();
    return true;
  } catch {
    return false;
  }
}

function adminDeps(input: AdminSideInput): AdminDeps {
  const { parts, root, isFirstRun } = input;
  const { users, teams, projects, apiKeys, keyRing, ledgerStore, bodies, config, clock, log, settings, secrets } =
    parts;
  const local = new WeakSet<IncomingMessage>();
  return {
    version: __VERSION__,
    root,
    users,
    teams,
    projects,
    forgetUser: (userId) => forgetUser(parts, userId),
    apiKeys,
    keyRing,
    acts: parts.audit,
    keptAnswers: parts.keptAnswers,
    ...readsAfterWrites(parts, input.written),
    bodies,
    retention: () =>
      retentionAt(clock.nowUs(), {
        days: settings.requestLog.retentionDays,
        bytes: settings.requestLog.retentionBytes,
      }),
    replay: input.replay,
    playground: input.playground,
    analytics: input.analytics,
    hooks: input.hooks,
    ledger: ledgerDesk(parts, input.budgets),
    clock,
    log,
    authDisabled: settings.authDisabled,
    signIn: signInDesk(parts, input.urls),
    isFirstRun: () => isFirstRun,
    markLocal: (request) => void local.add(request),
    isLocal: (request) => local.has(request),
    pause: parts.pause,
    status: () => statusView(input),
    operations: () => operationsView(input),
    models: () => listModels(parts),
    prices: (question) => pricesView(parts, question),
    isProvider: (name) => isProvider(parts, name),
    providers: () => providerViews(parts),
    probe: async (id) => {
      const instance = config.live().instances.get(id);
      return instance ? probeProvider(instance, (ref) => secrets.resolve(ref), undefined, parts.ways) : null;
    },
    health: () => healthView(parts),
    budgets: input.budgets,
    runaways: parts.runaways,
    agents: input.agents,
    notices: noticeDesk(parts, input.updateProblem),
    resetHealth: (filter) => parts.health.reset(filter),
    explain: (question) => explainRoute(parts, question),
    configuration: configurationDoor(parts),
    config: () => configView(parts),
    reloadConfig: () => config.reload(),
    transfer: transferDesk(parts),
    foundKeys: foundKeysDesk(parts, input.env),
    supportBundle: () => supportBundle(input),
    watch: createLive({ ledgerStore, log, watchers: input.watchers, runId: input.operations?.runId ?? null }),
  };
}
