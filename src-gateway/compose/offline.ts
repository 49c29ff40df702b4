/** The admin API over the database alone, for the command line when no gateway runs. */

import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GatewayError } from "../ir/errors.ts";
import { PassingMap } from "../lib/passing-map.ts";
import type { Settings } from "../settings/types.ts";
import { serveAdmin } from "./admin-side.ts";
import { agentDoor } from "./agents-side.ts";
import { openHooks } from "./hooks-side.ts";
import { composeParts } from "./parts.ts";

export interface Offline {
  socketPath: string;
  close(): Promise<void>;
}

export async function openOffline(settings: Settings, env: NodeJS.ProcessEnv): Promise<Offline> {
  const parts = await composeParts({ ...settings, logLevel: "silent" }, env);
  const { user, created } = await parts.users.ensureRootAdmin(settings.adminEmail);
  await parts.keyRing.reload();
  const hooks = openHooks(parts, env, null);
  const admin = serveAdmin({
    parts,
    root: user,
    isFirstRun: created,
    writer: null,
    written: async () => {},
    running: new PassingMap(),
    watchers: new Set(),
    env,
    agents: agentDoor(parts, env, false),
    analytics: () => null,
    updateProblem: () => null,
    hooks: hooks.desk,
    budgets: () => null,
    startedAtUs: parts.clock.nowUs(),
    urls: () => ({ url: "", consoleUrl: "" }),
    replay: async () => refuseToSend(),
    operations: null,
    playground: async () => refuseToSend(),
  });
  const folder = process.platform === "win32" ? null : await mkdtemp(join(tmpdir(), "gateway-"));
  const socketPath = folder === null ? `\\\\.\\pipe\\gateway-${process.pid}` : join(folder, "offline.sock");
  const server = http.createServer((request, response) => {
    void admin.handleLocal(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(socketPath, resolve);
  });
  return {
    socketPath,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      if (folder) await rm(folder, { recursive: true, force: true });
      await hooks.stop();
      await parts.close();
    },
  };
}

function refuseToSend(): never {
  throw new GatewayError("unsupported_operation", "No gateway runs that could send it. Start one with `gatewayd`.");
}
