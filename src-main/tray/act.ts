import type { ElectronParts } from "../electron-parts.ts";
import { textToCopy } from "../gateway/copy-text.ts";
import type { GatewayHost } from "../gateway/gateway-host.ts";
import type { LiveFacts } from "../gateway/watch-gateway.ts";
import type { PreferenceChanges } from "../ipc/contract.ts";
import type { AppUpdates } from "../updates/app-updates.ts";
import { openOutside } from "../window/console-window.ts";
import type { ConsolePage, TrayAction } from "./types.ts";

export interface ActionWorld {
  electron: Pick<ElectronParts, "app" | "clipboard" | "shell">;
  host: Pick<GatewayHost, "running">;
  facts: () => LiveFacts | null;
  /** Asks the gateway how it is now. */
  refresh: () => Promise<void>;
  show: (page: ConsolePage) => void;
  updates: Pick<AppUpdates, "state" | "act">;
  choose: (changes: PreferenceChanges) => void;
  restartGateway: () => Promise<void>;
  say: (title: string, body: string) => void;
}

/**
 * Does what an item of the tray's menu says. Nothing on this path goes over the network: the gateway is in this process, and
 * asked over its control socket. @throws what the gateway says against it.
 */
export async function act(action: TrayAction, world: ActionWorld): Promise<void> {
  const { electron, show, choose } = world;
  switch (action.do) {
    case "open":
      return show(action.page);
    case "title":
      return choose({ trayTitle: action.title });
    case "openAtLogin":
      return choose({ openAtLogin: action.isOn });
    case "showUpdate":
      return showUpdate(world);
    case "retry":
      return world.restartGateway();
    case "quit":
      return electron.app.quit();
    case "use":
    case "pause":
    case "resume":
    case "copy":
      return steer(action, world);
  }
}

type Steering = Extract<TrayAction, { do: "use" | "pause" | "resume" | "copy" }>;

async function steer(action: Steering, { electron, host, facts, refresh, say }: ActionWorld): Promise<void> {
  const running = host.running();
  if (running === null) return;
  const { client } = running;
  try {
    if (action.do === "use") await client.call("useProvider", { body: { provider: action.provider } });
    else if (action.do === "pause") await client.call("pauseGateway");
    else if (action.do === "resume") await client.call("resumeGateway");
    else {
      await electron.clipboard.writeText(await textToCopy(action.what, facts()?.baseUrls ?? {}, client));
      if (action.what === "key")
        say("A new client key is in the clipboard", "The page Keys of the console revokes it.");
    }
  } finally {
    // Also when it failed: the menu has ticked what was clicked.
    await refresh();
  }
}

/** One that is here is installed; one that can be fetched is shown with what is new, and any other where it is told of. */
function showUpdate({ electron, facts, show, updates }: ActionWorld): void {
  const { phase } = updates.state();
  if (phase === "staged") return void updates.act("restart");
  const url = phase === "idle" || phase === "unsupported" ? (facts()?.updateUrl ?? null) : null;
  if (url === null) show("updates");
  else openOutside(electron.shell, url);
}
