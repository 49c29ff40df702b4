import type { GatewayInfo } from "../../src-gateway/index.ts";
import type { DesktopOptions } from "../desktop-options.ts";
import type { GatewayHost } from "../gateway/gateway-host.ts";
import type { PreferenceStore } from "../preferences.ts";
import { type AppUpdates, createAppUpdates } from "./app-updates.ts";

/** Updates as this app has them, with its gateway, its windows and its tray around them. */
export function desktopUpdates(
  { electron, openFeed = null }: Pick<DesktopOptions, "electron" | "openFeed">,
  app: {
    store: PreferenceStore;
    host: GatewayHost;
    draw: () => void;
    /** Nothing of it is asked or shown any more. */
    hush: () => void;
    /** Closing its windows ends them. */
    releaseWindows: () => void;
    /** It is there again. */
    comeBack: () => Promise<void>;
  },
): AppUpdates {
  return createAppUpdates({
    openFeed,
    choices: () => app.store.get().updates,
    keep: (updates) => void app.store.set({ updates }),
    onChange: app.draw,
    world: {
      dialog: electron.dialog,
      openExchanges: () => app.host.running()?.gateway.desk.openExchanges() ?? 0,
      stopGateway: () => app.host.stop(),
      releaseWindows: app.releaseWindows,
      letGo() {
        app.hush();
        // The new app may start before this one has ended, and would take itself for the second.
        electron.app.releaseSingleInstanceLock();
      },
      async goOn() {
        electron.app.requestSingleInstanceLock();
        await app.comeBack();
      },
    },
  });
}

/** Why the operator wants nobody to be asked; null when it is only that there is no marketplace, which the app needs none of. */
export function refusalOf(info: Pick<GatewayInfo, "updates"> | undefined): string | null {
  return info?.updates.isUnwanted ? info.updates.offBecause : null;
}
