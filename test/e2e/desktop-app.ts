/** The desktop app as it is compiled, in a process and a home of its own, for pages in a real Chromium. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, type Page } from "@playwright/test";

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export interface DesktopState {
  windows: { url: string; calls: string[]; isVisible: boolean; bounds: { width: number; height: number } }[];
  clipboard: string[];
  tray?: { icon: string; tooltip: string };
}

export interface DesktopApp {
  /** The person's home, with the app's data in it. */
  home: string;
  ask<Value>(name: string, ...args: unknown[]): Promise<Value>;
  state(): Promise<DesktopState>;
  /** Runs the compiled preload script in a page, as that of a window. */
  usePreload(page: Page, place: number): Promise<void>;
  /** The exit code and what was written to the standard error. */
  ended(): Promise<[number | null, string]>;
  close(): Promise<void>;
}

type Message = { id: number; value?: unknown; error?: string } | { place: number; channel: string; value: unknown };

/** @param programs found on the person's path, by name, as scripts of a shell. */
export async function startDesktopApp({
  platform = "linux",
  config,
  programs = {},
  windows = 1,
  env = {},
}: {
  platform?: "linux" | "darwin";
  config?: object;
  programs?: Record<string, string>;
  windows?: number;
  env?: Record<string, string>;
} = {}): Promise<DesktopApp> {
  const home = mkdtempSync(join(tmpdir(), "tokligence-app-"));
  mkdirSync(join(home, "bin"));
  mkdirSync(join(home, "data"), { mode: 0o700 });
  // Asked whether the desktop shows tray icons: it says that it does.
  for (const [name, script] of Object.entries({ gdbus: "echo '(true,)'", ...programs }))
    writeFileSync(join(home, "bin", name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  if (config) writeFileSync(join(home, "data/gateway.yaml"), JSON.stringify(config));
  const child = fork(at("test/e2e/desktop-process.ts"), [at("dist/main/index.js")], {
    cwd: home,
    env: {
      PATH: `${join(home, "bin")}${delimiter}${process.env["PATH"]}`,
      HOME: home,
      DESKTOP_USER_DATA: home,
      DESKTOP_PLATFORM: platform,
      TOKLIGENCE_DATA_DIR: join(home, "data"),
      TOKLIGENCE_FACADE_PORT: "0",
      TOKLIGENCE_LOG_LEVEL: "silent",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let errors = "";
  child.stderr?.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const ended = once(child, "exit");
  let last = 0;

  const app: DesktopApp = {
    home,
    ask<Value>(name: string, ...args: unknown[]) {
      const id = ++last;
      return new Promise<Value>((resolve, reject) => {
        const hear = (message: Message): void => {
          if (!("id" in message) || message.id !== id) return;
          child.off("message", hear);
          if (message.error === undefined) resolve(message.value as Value);
          else reject(new Error(message.error));
        };
        child.on("message", hear);
        child.send({ id, name, args });
      });
    },
    state: () => app.ask<DesktopState>("state"),
    async usePreload(page, place) {
      await page.exposeFunction("askMain", (channel: string, args: unknown[]) =>
        app.ask("invoke", place, channel, args),
      );
      await page.addInitScript(preloadScript());
      child.on("message", (message: Message) => {
        if (!("channel" in message) || message.place !== place || page.isClosed()) return;
        const { channel, value } = message;
        // The page may be going elsewhere at this moment; then nobody hears it, as in the app.
        page.evaluate(([name, told]) => Object(window).hearMain?.(name, told), [channel, value]).catch(() => {});
      });
    },
    async ended() {
      const [code] = (await ended) as [number | null];
      return [code, errors];
    },
    async close() {
      if (child.exitCode === null) child.kill("SIGKILL");
      await ended;
      rmSync(home, { recursive: true, force: true });
    },
  };
  await expect.poll(async () => (await app.state()).windows.length, { timeout: 30_000 }).toBe(windows);
  return app;
}

/** As Electron's sandbox runs it: before the page, with only what a sandbox has. */
function preloadScript(): string {
  const preload = readFileSync(at("dist/preload/preload.cjs"), "utf8");
  return `(() => {
    const askMain = window.askMain;
    const listeners = [];
    window.hearMain = (channel, value) => {
      for (const each of listeners) if (each.channel === channel) each.listener({}, value);
    };
    const electron = {
      contextBridge: { exposeInMainWorld: (name, value) => { window[name] = Object.freeze(value); } },
      ipcRenderer: {
        invoke: (channel, ...args) => askMain(channel, args),
        on: (channel, listener) => { listeners.push({ channel, listener }); },
      },
    };
    const require = (name) => { if (name === "electron") return electron; throw new Error("module not found: " + name); };
    const process = { platform: "linux" };
    ((require, process, module, exports) => {${preload}\n})(require, process, { exports: {} }, {});
  })();`;
}
