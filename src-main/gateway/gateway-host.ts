/** Starts the gateway, asks the person what to do when it cannot, and knows whether it can be reached. */
import { type AdminClient, createAdminClient } from "../../src-gateway/admin-api/contract/client.ts";
import { ENDPOINTS } from "../../src-gateway/admin-api/contract/endpoints.ts";
import type { Gateway, GatewayInfo } from "../../src-gateway/index.ts";
import type { DesktopOptions } from "../desktop-options.ts";
import { explainStartFailure, type StartFailure } from "../explain-start-failure.ts";
import type { PreferenceStore } from "../preferences.ts";
import { freePortAfter, portOwner } from "../system/port-owner.ts";

export interface GatewayHost {
  running(): { gateway: Gateway; info: GatewayInfo; client: AdminClient } | null;
  /** Why it does not run; null while it runs, and before the first try. */
  problem(): string | null;
  /** False when the person gives up. */
  start(): Promise<boolean>;
  /** Whether it answers where it listens: a computer that wakes up may have lost the address. */
  check(): Promise<void>;
  /** Open exchanges end, and the ledger is written. */
  stop(): Promise<void>;
}

const CHECK_MS = 3_000;

export function createGatewayHost(
  { electron, platform, createGateway }: Pick<DesktopOptions, "electron" | "platform" | "createGateway">,
  preferences: PreferenceStore,
): GatewayHost {
  let gateway: Gateway | null = null;
  let info: GatewayInfo | null = null;
  let problem: string | null = null;
  return {
    running: () =>
      gateway && info ? { gateway, info, client: createAdminClient(gateway.desk.admin, ENDPOINTS) } : null,
    problem: () => problem,
    async start() {
      for (;;) {
        try {
          gateway = await createGateway(preferences.get().port);
          info = await gateway.start();
          problem = null;
          return true;
        } catch (error) {
          await gateway?.stop().catch(() => {});
          gateway = null;
          const { port } = (error ?? {}) as { port?: number };
          const owner = port === undefined ? null : await portOwner(port, platform);
          const failure = explainStartFailure(error, owner);
          problem = failure.message;
          if (!(await wantsAnotherTry(electron.dialog, failure, preferences))) return false;
        }
      }
    },
    async check() {
      if (info === null) return;
      const isThere = await fetch(new URL("/livez", info.url), { signal: AbortSignal.timeout(CHECK_MS) }).then(
        ({ ok }) => ok,
        () => false,
      );
      problem = isThere ? null : `nothing answers at ${new URL(info.url).host}`;
    },
    async stop() {
      const stopping = gateway;
      await stopping?.stop();
      // Not before: who asks meanwhile has to know that there is still something to wait for.
      if (gateway === stopping) gateway = info = null;
    },
  };
}

async function wantsAnotherTry(
  dialog: DesktopOptions["electron"]["dialog"],
  { message, detail, takenPort }: StartFailure,
  preferences: PreferenceStore,
): Promise<boolean> {
  const other = takenPort === null ? null : await freePortAfter(takenPort);
  const buttons = ["Try again", ...(other === null ? [] : [`Use port ${other} from now on`]), "Quit"];
  const { response } = await dialog.showMessageBox({
    type: "error",
    title: "Tokligence Gateway",
    message,
    detail,
    buttons,
    defaultId: 0,
    cancelId: buttons.length - 1,
    noLink: true,
  });
  // Kept, so that what agents were told stays true after the next start.
  if (other !== null && response === 1) preferences.set({ port: other });
  return response < buttons.length - 1;
}
