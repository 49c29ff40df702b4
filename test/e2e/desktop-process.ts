/**
 * The compiled main process of the desktop app in a Node of its own, with the stand-in where it loads Electron. The test
 * sees what it has asked of Electron, and does what a person or the system would do.
 *
 *     node test/e2e/desktop-process.ts dist/main/index.js
 */
import { registerHooks } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { createElectronStandIn, trayMenu } from "../main/electron-stand-in.ts";
import { findItem } from "../main/menu-stand-in.ts";
import { updaterParts } from "./updater-parts.ts";

const standIn = createElectronStandIn({ userData: process.env["DESKTOP_USER_DATA"] ?? "/nowhere" });
const resources = process.env["DESKTOP_RESOURCES"];
const parts = resources === undefined ? standIn.parts : updaterParts(standIn.parts, resources);
Object.assign(globalThis, { electronStandIn: parts });
const source = `const parts = globalThis.electronStandIn;\n${Object.keys(parts)
  .map((name) => `export const ${name} = parts.${name};`)
  .join("\n")}`;
const REQUIRED = "stand-in:electron";
const url = `data:text/javascript,${encodeURIComponent(source)}`;
registerHooks({
  resolve(specifier, context, next) {
    if (specifier !== "electron") return next(specifier, context);
    // What is required, and not imported, is read from a place of its own: a file of that name there is not.
    const isRequired = context.conditions.includes("require");
    return { url: isRequired ? REQUIRED : url, format: isRequired ? "commonjs" : "module", shortCircuit: true };
  },
  load: (from, context, next) =>
    from === REQUIRED
      ? { format: "commonjs", source: "module.exports = globalThis.electronStandIn;", shortCircuit: true }
      : next(from, context),
});

const { app } = standIn.parts;
const quit = app.quit;
app.quit = () => {
  quit();
  // As Electron does: asked in order, and ended when nobody objects.
  setImmediate(() => {
    if (standIn.willQuit()) process.exit(0);
  });
};

const DO: Record<string, (...args: never[]) => unknown> = {
  state: () => ({
    windows: standIn.windows.map(({ url: shown, calls, isVisible, bounds }) => ({
      url: shown,
      calls,
      isVisible,
      bounds,
    })),
    clipboard: standIn.clipboard,
    tray: standIn.trays[0] && { icon: standIn.trays[0].icon, tooltip: standIn.trays[0].tooltip },
  }),
  has: (id: string) => {
    try {
      return findItem(trayMenu(standIn.trays[0]), id).checked || true;
    } catch {
      return false;
    }
  },
  clickIcon: () => standIn.trays[0]?.emit("click"),
  clickTray: (id: string) => standIn.clickTray(id),
  secondInstance: (args: string[]) => standIn.secondInstance(args),
  invoke: (place: number, channel: string, args: unknown[]) => standIn.windows[place]?.invoke(channel, ...args),
  quit: () => app.quit(),
  usage: () => ({ cpu: process.cpuUsage(), memory: process.memoryUsage() }),
};
process.on("message", ({ id, name, args }: { id: number; name: string; args: never[] }) => {
  void (async () => DO[name]?.(...args))().then(
    (value: unknown) => process.send?.({ id, value: value ?? null }),
    (error: unknown) => process.send?.({ id, error: String(error) }),
  );
});

standIn.onSend = (windowId, channel, value) => process.send?.({ place: windowId - 1, channel, value });

// Another system is one only for what the app decides at its start: below that, this is the one that it is.
const { platform } = process;
const wanted = process.env["DESKTOP_PLATFORM"] ?? platform;
Object.defineProperty(process, "platform", { value: wanted });
await import(pathToFileURL(resolve(process.argv[2] ?? "")).href);
Object.defineProperty(process, "platform", { value: platform });
// Only now, as in Electron: an entry that waits for it while it is evaluated waits for ever.
standIn.becomeReady();
