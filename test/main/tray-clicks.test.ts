/** The app with a tray and a real gateway between real sockets: what is clicked happens, and nothing else. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { askSocket } from "../support/ask-socket.ts";
import { json } from "../support/raw-provider.ts";
import { type AppWorld, createAppWorld, shows } from "./app-world.ts";
import type { ElectronStandIn } from "./electron-stand-in.ts";

let world: AppWorld;
let electron: ElectronStandIn;
beforeEach(async () => {
  world = await createAppWorld();
  electron = world.electron;
});
afterEach(() => world.stop());

describe("a click in the tray's menu", () => {
  it("switches the provider for the next request, and leaves an open stream alone", async () => {
    const client = await world.start();
    expect(world.item("use:one").checked).toBe(true);
    const halves = world.streamByHalves();
    const open = await world.ask(client, { stream: true });
    await shows(() => expect(electron.trays[0]?.icon).toContain("tray-active"));

    electron.clickTray("use:two");
    await shows(() =>
      expect(readFileSync(join(world.folder, "gateway.yaml"), "utf8")).toMatch(/default_provider"?: "?two/),
    );
    await shows(() => expect([world.item("use:one").checked, world.item("use:two").checked]).toEqual([false, true]));
    expect(await world.textOf(client)).toBe("from two");
    halves.finish();
    const text = await open.text();
    expect(text).toContain(" of it");
    expect(text).toContain("[DONE]");
    await shows(() => expect(electron.trays[0]?.icon).toContain("tray-running"));
  });

  it("pauses and resumes, and shows which of both it is", async () => {
    const client = await world.start();
    electron.clickTray("pause");
    await world.showsItem("resume");
    expect(electron.trays[0]?.icon).toContain("tray-paused");
    const refused = await world.ask(client);
    expect([refused.status, await refused.json()]).toMatchObject([503, { error: { code: "paused" } }]);
    electron.clickTray("resume");
    await world.showsItem("pause");
    expect((await world.ask(client)).status).toBe(200);
  });

  it("shows what others do: one who pauses the gateway on the command line, or writes into its configuration", async () => {
    await world.start();
    await askSocket(join(world.folder, "gateway.sock"), { method: "POST", path: "/api/v1/gateway/pause", body: "{}" });
    await world.showsItem("resume");
    const path = join(world.folder, "gateway.yaml");
    writeFileSync(path, readFileSync(path, "utf8").replace('"default_provider":"one"', '"default_provider":"two"'));
    await shows(() => expect(world.item("use:two").checked).toBe(true));
  });

  it("copies addresses, lines for a shell, and a new key that works", async () => {
    const { url } = await world.start();
    for (const what of ["openai", "anthropic", "gemini", "exports", "key"]) {
      const before = electron.clipboard.length;
      electron.clickTray(`copy:${what}`);
      await shows(() => expect(electron.clipboard).toHaveLength(before + 1));
    }
    const [openai, anthropic, gemini, exports, key = ""] = electron.clipboard;
    expect([openai, anthropic, gemini]).toEqual([`${url}/v1`, url, url]);
    expect(exports).toContain(`export ANTHROPIC_BASE_URL="${url}"\n`);
    expect(await world.textOf({ url, key })).toBe("from one");
    expect(JSON.stringify([electron.trays[0]?.tooltip, electron.notifications])).not.toContain(key);
  });

  it("updates labels in place, and makes another menu only for other items", async () => {
    const client = await world.start();
    const menu = electron.trays[0]?.menu;
    await world.textOf(client);
    await shows(() => expect(world.item("today").label).toContain("7 tokens"));
    expect(electron.trays[0]?.menu).toBe(menu);
    electron.clickTray("pause");
    await world.showsItem("resume");
    expect(electron.trays[0]?.menu).not.toBe(menu);
  });

  it("leaves a menu alone that somebody reads", async () => {
    await world.start();
    const menu = electron.trays[0]!.menu!;
    menu.emit("menu-will-show");
    electron.clickTray("pause");
    await shows(() => expect(electron.trays[0]?.icon).toContain("tray-paused"));
    expect(electron.trays[0]?.menu).toBe(menu);
    menu.emit("menu-will-close");
    expect(world.item("resume").label).toBe("Resume");
  });

  it("has the system open the app at login, hidden, and takes that back", async () => {
    await world.start();
    const file = join(world.folder, "config home/autostart/tokligence-gateway.desktop");
    electron.clickTray("open-at-login");
    await shows(() => expect(readFileSync(file, "utf8")).toContain('Exec="/opt/My App/tokligence-gateway" --hidden\n'));
    electron.clickTray("open-at-login");
    await shows(() => expect(() => readFileSync(file)).toThrow("ENOENT"));
  });
});

describe("the app with a tray", () => {
  it("tells of a provider that took over, once", async () => {
    const client = await world.start();
    world.providers.one.respond = json({ error: { message: "down" } }, 500);
    expect((await world.ask(client, { model: "safe" })).status).toBe(200);
    await shows(() => expect(electron.trays[0]?.icon).toContain("tray-failover"));
    expect((await world.ask(client, { model: "safe" })).status).toBe(200);
    await shows(() => expect(world.item("today").label).toContain("14 tokens"));
    const told = electron.notifications.map(({ title }) => title);
    expect(told.filter((title) => title === "two has taken over")).toHaveLength(1);
  });

  it("starts hidden when the system has started it, and shows its window when it is started again", async () => {
    await world.start({ args: ["--hidden"] });
    expect(electron.windows).toEqual([]);
    electron.secondInstance(["app"]);
    expect(electron.windows).toHaveLength(1);
  });

  it("hides its window when it is closed, keeps where it was, and goes on", async () => {
    await world.start();
    await shows(() => expect(electron.windows).toHaveLength(1));
    const window = electron.windows[0]!;
    window.bounds = { x: 40, y: 50, width: 900, height: 700 };
    window.close();
    expect([window.isDestroyed, window.calls.at(-1), electron.quits]).toEqual([false, "hide", 0]);
    const kept = JSON.parse(readFileSync(join(world.folder, "desktop.json"), "utf8")) as { window: object };
    expect(kept.window).toEqual({ x: 40, y: 50, width: 900, height: 700, isMaximized: false });
  });

  it("asks before it does what a link wants, and does nothing when the answer is no", async () => {
    electron.answers.push(0, 1);
    await world.start();
    const before = readFileSync(join(world.folder, "gateway.yaml"), "utf8");
    electron.secondInstance(["app", "tokligence://use/two"]);
    await shows(() => expect(electron.dialogs.map(({ message }) => message)).toEqual(["Send requests to two?"]));
    expect(readFileSync(join(world.folder, "gateway.yaml"), "utf8")).toBe(before);
    electron.secondInstance(["app", "tokligence://use/two"]);
    await shows(() => expect(world.item("use:two").checked).toBe(true));
  });

  it("answers only its own window, and only with what is declared", async () => {
    await world.start();
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
    await world.start();
    electron.power("suspend");
    electron.power("resume");
    await shows(() => expect(world.item("state").label).toMatch(/^Running/));
  });
});
