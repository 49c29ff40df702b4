/**
 * The compiled main process of the desktop app in a Node of its own, with the stand-in where it loads Electron. The test
 * sees what it has asked of Electron, and does what a person or the system would do.
 *
 *     node test/e2e/desktop-process.ts dist/main/index.js
 */
import { registerHooks } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { createElectronStandIn } from "../main/electron-stand-in.ts";
import { findItem } from "../main/menu-stand-in.ts";

const standIn = createElectronStandIn({ userData: process.env["DESKTOP_USER_DATA"] ?? "/nowhere" });
Object.assign(globalThis, { electronStandIn: standIn.parts });
const source = `const parts = globalThis.electronStandIn;\n${Object.keys(standIn.parts)
  .map((name) => `export const ${name} = parts.${name};`)
  .join("\n")}`;
const url = `data:text/javascript,${encodeURIComponent(source)}`;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "electron" ? { url, format: "module", shortCircuit: true } : next(specifier, context),
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
    windows: standIn.windows.map(({ url: shown, calls }) => ({ url: shown, calls })),
    tray: standIn.trays[0] && { icon: standIn.trays[0].icon, tooltip: standIn.trays[0].tooltip },
  }),
  has: (id: string) => {
    try {
      return findItem(standIn.trays[0]?.menu, id).checked || true;
    } catch {
      return false;
    }
  },
  clickTray: (id: string) => standIn.clickTray(id),
  secondInstance: (args: string[]) => standIn.secondInstance(args),
  invoke: (channel: string, args: unknown[]) => standIn.windows[0]?.invoke(channel, ...args),
  quit: () => app.quit(),
};
process.on("message", ({ id, name, args }: { id: number; name: string; args: never[] }) => {
  void (async () => DO[name]?.(...args))().then(
    (value: unknown) => process.send?.({ id, value: value ?? null }),
    (error: unknown) => process.send?.({ id, error: String(error) }),
  );
});

await import(pathToFileURL(resolve(process.argv[2] ?? "")).href);
// Only now, as in Electron: an entry that waits for it while it is evaluated waits for ever.
standIn.becomeReady();
