/** The app with a tray and a real gateway between real sockets: what is clicked happens, and nothing else. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createGateway, type Gateway } from "../../src-gateway/index.ts";
import { loadSettings } from "../../src-gateway/settings/load-settings.ts";
import { runDesktop } from "../../src-main/run-desktop.ts";
import { json, type RawProvider, startRawProvider } from "../support/raw-provider.ts";
import { createElectronStandIn, type ElectronStandIn } from "./electron-stand-in.ts";
import { findItem } from "./menu-stand-in.ts";

const answer = (text: string) => ({
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1,
  model: "m",
  choices: [{ index: 0, message: { role: "assistant", content: text }, finish_reason: "stop" }],
  usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 },
});
const chunk = (text: string, finish: string | null = null): string =>
  `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta: { content: text }, finish_reason: finish }] })}\n\n`;

let folder: string;
let electron: ElectronStandIn;
let gateway: Gateway;
let providers: Record<"one" | "two", RawProvider>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "tokligence-tray-"));
  providers = { one: await startRawProvider(), two: await startRawProvider() };
  providers.one.respond = json(answer("from one"));
  providers.two.respond = json(answer("from two"));
  writeFileSync(
    join(folder, "gateway.yaml"),
    JSON.stringify({
      default_provider: "one",
      routes: [
        {
          match: "safe",
          strategy: "fallback",
          targets: [
            { provider: "one", model: "m" },
            { provider: "two", model: "m" },
          ],
        },
      ],
      providers: Object.entries(providers).map(([id, { url }]) => ({
        id,
        kind: "openai-compatible",
        base_url: `${url}/v1`,
        models: ["m"],
      })),
    }),
  );
  electron = createElectronStandIn({ userData: folder });
});
afterEach(async () => {
  if (!electron.willQuit()) await vi.waitUntil(() => electron.quits === 1, { timeout: 20_000 });
  await Promise.all([providers.one.stop(), providers.two.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

/** @returns a client's key and address. */
async function start(args: string[] = []): Promise<{ url: string; key: string }> {
  const env = { TOKLIGENCE_LOG_LEVEL: "silent" };
  const started = Promise.withResolvers<{ url: string; key: string }>();
  runDesktop({
    electron: electron.parts,
    platform: "linux",
    args,
    preloadPath: "/app/preload.cjs",
    assetsDir: "/app/assets",
    configHome: join(folder, "config home"),
    program: "/opt/My App/tokligence-gateway",
    hasTray: () => Promise.resolve(true),
    async createGateway(port) {
      const argv = { port: port ?? 0, dataDir: folder };
      gateway = await createGateway(loadSettings({ env, argv, cwd: folder, homeDir: folder }), env, {
        isDesktop: true,
      });
      const begin = gateway.start;
      gateway.start = async () => {
        const info = await begin();
        started.resolve({ url: info.url, key: info.clientKey ?? "" });
        return info;
      };
      return gateway;
    },
  });
  electron.becomeReady();
  const client = await started.promise;
  await showsItem("use:two");
  return client;
}

const item = (id: string) => findItem(electron.trays[0]?.menu, id);
const showsItem = (id: string): Promise<void> => vi.waitFor(() => void item(id), { timeout: 10_000 });
const shows = (look: () => void): Promise<void> => vi.waitFor(look, { timeout: 10_000 });
const ask = ({ url, key }: { url: string; key: string }, stream = false, model = "m"): Promise<Response> =>
  fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
    body: JSON.stringify({ model, stream, messages: [{ role: "user", content: "hello" }] }),
  });
const textOf = async (client: { url: string; key: string }): Promise<unknown> =>
  ((await (await ask(client)).json()) as { choices: { message: { content: string } }[] }).choices[0]?.message.content;

describe("a click in the tray's menu", () => {
  it("switches the provider for the next request, and leaves an open stream alone", async () => {
    const client = await start();
    expect(item("use:one").checked).toBe(true);
    const rest = Promise.withResolvers<void>();
    providers.one.respond = (_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(chunk("half"));
      void rest.promise.then(() => response.end(`${chunk(" of it", "stop")}data: [DONE]\n\n`));
    };
    const open = await ask(client, true);
    await shows(() => expect(electron.trays[0]?.icon).toContain("tray-active"));

    electron.clickTray("use:two");
    await shows(() => expect(readFileSync(join(folder, "gateway.yaml"), "utf8")).toMatch(/default_provider"?: "?two/));
    await shows(() => expect([item("use:one").checked, item("use:two").checked]).toEqual([false, true]));
    expect(await textOf(client)).toBe("from two");
    rest.resolve();
    const text = await open.text();
    expect(text).toContain(" of it");
    expect(text).toContain("[DONE]");
    await shows(() => expect(electron.trays[0]?.icon).toContain("tray-running"));
  });

  it("pauses and resumes, and shows which of both it is", async () => {
    const client = await start();
    electron.clickTray("pause");
    await showsItem("resume");
    expect(electron.trays[0]?.icon).toContain("tray-paused");
    const refused = await ask(client);
    expect([refused.status, await refused.json()]).toMatchObject([503, { error: { code: "paused" } }]);
    electron.clickTray("resume");
    await showsItem("pause");
    expect((await ask(client)).status).toBe(200);
  });

  it("copies addresses, lines for a shell, and a new key that works", async () => {
    const { url } = await start();
    for (const what of ["openai", "anthropic", "gemini", "exports", "key"]) {
      const before = electron.clipboard.length;
      electron.clickTray(`copy:${what}`);
      await shows(() => expect(electron.clipboard).toHaveLength(before + 1));
    }
    const [openai, anthropic, gemini, exports, key = ""] = electron.clipboard;
    expect([openai, anthropic, gemini]).toEqual([`${url}/v1`, url, url]);
    expect(exports).toContain(`export ANTHROPIC_BASE_URL="${url}"\n`);
    expect(await textOf({ url, key })).toBe("from one");
    expect(JSON.stringify([electron.trays[0]?.tooltip, electron.notifications])).not.toContain(key);
  });

  it("updates labels in place, and makes another menu only for other items", async () => {
    const client = await start();
    const menu = electron.trays[0]?.menu;
    await textOf(client);
    await shows(() => expect(item("today").label).toContain("7 tokens"));
    expect(electron.trays[0]?.menu).toBe(menu);
    electron.clickTray("pause");
    await showsItem("resume");
    expect(electron.trays[0]?.menu).not.toBe(menu);
  });

  it("leaves a menu alone that somebody reads", async () => {
    await start();
    const menu = electron.trays[0]!.menu!;
    menu.emit("menu-will-show");
    electron.clickTray("pause");
    await shows(() => expect(electron.trays[0]?.icon).toContain("tray-paused"));
    expect(electron.trays[0]?.menu).toBe(menu);
    menu.emit("menu-will-close");
    expect(item("resume").label).toBe("Resume");
  });

  it("has the system open the app at login, hidden, and takes that back", async () => {
    await start();
    const file = join(folder, "config home/autostart/tokligence-gateway.desktop");
    electron.clickTray("open-at-login");
    await shows(() => expect(readFileSync(file, "utf8")).toContain('Exec="/opt/My App/tokligence-gateway" --hidden\n'));
    electron.clickTray("open-at-login");
    await shows(() => expect(() => readFileSync(file)).toThrow("ENOENT"));
  });
});

describe("the app with a tray", () => {
  it("tells of a provider that took over, once", async () => {
    const client = await start();
    providers.one.respond = json({ error: { message: "down" } }, 500);
    expect((await ask(client, false, "safe")).status).toBe(200);
    await shows(() => expect(electron.trays[0]?.icon).toContain("tray-failover"));
    expect((await ask(client, false, "safe")).status).toBe(200);
    await shows(() => expect(item("today").label).toContain("14 tokens"));
    const told = electron.notifications.map(({ title }) => title);
    expect(told.filter((title) => title === "two has taken over")).toHaveLength(1);
  });

  it("starts hidden when the system has started it, and shows its window when it is started again", async () => {
    await start(["--hidden"]);
    expect(electron.windows).toEqual([]);
    electron.secondInstance(["app"]);
    expect(electron.windows).toHaveLength(1);
  });

  it("hides its window when it is closed, keeps where it was, and goes on", async () => {
    await start();
    await shows(() => expect(electron.windows).toHaveLength(1));
    const window = electron.windows[0]!;
    window.bounds = { x: 40, y: 50, width: 900, height: 700 };
    window.close();
    expect([window.isDestroyed, window.calls.at(-1), electron.quits]).toEqual([false, "hide", 0]);
    const kept = JSON.parse(readFileSync(join(folder, "desktop.json"), "utf8")) as { window: object };
    expect(kept.window).toEqual({ x: 40, y: 50, width: 900, height: 700, isMaximized: false });
  });

  it("asks before it does what a link wants, and does nothing when the answer is no", async () => {
    const before = readFileSync(join(folder, "gateway.yaml"), "utf8");
    electron = createElectronStandIn({ userData: folder, answers: [0, 1] });
    await start();
    electron.secondInstance(["app", "tokligence://use/two"]);
    await shows(() => expect(electron.dialogs.map(({ message }) => message)).toEqual(["Send requests to two?"]));
    expect(readFileSync(join(folder, "gateway.yaml"), "utf8")).toBe(before);
    electron.secondInstance(["app", "tokligence://use/two"]);
    await shows(() => expect(item("use:two").checked).toBe(true));
  });

  it("answers only its own window, and only with what is declared", async () => {
    await start();
    await shows(() => expect(electron.windows).toHaveLength(1));
    const window = electron.windows[0]!;
    const shown = await window.invoke("preferences:set", { trayTitle: "tokens", shortcut: "Taken" });
    expect(shown).toEqual({
      trayTitle: "tokens",
      openAtLogin: false,
      startHidden: false,
      shortcut: "Taken",
      problem: "Another program has the shortcut Taken.",
    });
    for (const sent of [{ port: 1 }, { trayTitle: "all" }, { shortcut: "rm -rf" }, "x", null])
      await expect(window.invoke("preferences:set", sent)).rejects.toThrow("does not take");
    const own = { id: window.id, url: window.url, isMainFrame: true };
    for (const other of [{ id: 99 }, { url: "https://example.com/" }, { isMainFrame: false }])
      await expect(electron.invokeFrom({ ...own, ...other }, "preferences:get")).rejects.toThrow("own window");
  });

  it("looks whether it is still reachable when the computer wakes up", async () => {
    await start();
    electron.power("suspend");
    electron.power("resume");
    await shows(() => expect(item("state").label).toMatch(/^Running/));
  });
});
