/** The whole app with a staged update, while a stream of its gateway is open. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { electronFeed } from "../../../src-main/updates/electron-feed.ts";
import { type AppClient, type AppWorld, createAppWorld, shows } from "../app-world.ts";
import { quits, realUpdater, system } from "./real-updater.ts";
import { startUpdateServer, type UpdateServer } from "./update-server.ts";

const body = Buffer.from("#!/bin/sh\nexit 0\n");
const LATEST = process.arch === "x64" ? "latest-linux.yml" : `latest-linux-${process.arch}.yml`;

let world: AppWorld;
let server: UpdateServer;
let client: AppClient;
const image = (): string => readFileSync(join(world.folder, "tokligence-gateway.AppImage"), "utf8");

beforeEach(async () => {
  world = await createAppWorld();
  server = await startUpdateServer();
  server.releases.set(LATEST, { version: "9.9.9", body });
  writeFileSync(join(world.folder, "tokligence-gateway.AppImage"), "the old app");
});
afterEach(async () => {
  await world.stop();
  await server.stop();
});

async function stage(): Promise<void> {
  client = await world.start({
    openFeed: async () =>
      electronFeed(await realUpdater("AppImageUpdater", { folder: world.folder, url: server.url }), {
        installsOnQuit: false,
        system,
      }),
  });
  await shows(() => expect(world.electron.windows).toHaveLength(1));
  const ask = (channel: string, ...args: unknown[]): Promise<unknown> =>
    world.electron.windows[0]?.invoke(channel, ...args) ?? Promise.reject(new Error("no window"));
  await ask("updates:act", "check");
  await world.showsItem("update");
  expect(world.item("update").label).toBe("Version 9.9.9…");
  await ask("updates:act", "download");
  await shows(() => expect(world.item("update").label).toBe("Restart for version 9.9.9"));
  await expect(ask("updates:act", "rm -rf")).rejects.toThrow("does not take");
}

describe.skipIf(process.platform !== "linux")("a restart for an update (needs Linux)", () => {
  it("waits for the open stream when the person wants that, and the stream is whole", async () => {
    await stage();
    const halves = world.streamByHalves();
    const open = await world.ask(client, { stream: true });
    world.electron.answers.push(1);
    world.electron.clickTray("update");
    await shows(() => expect(world.electron.dialogs.at(-1)?.detail).toContain("1 request is under way"));
    expect([image(), quits()]).toEqual(["the old app", 0]);
    halves.finish();
    expect(await open.text()).toContain("[DONE]");
    await shows(() => expect(quits()).toBe(1));
    expect(image()).toBe(body.toString());
    await expect(fetch(new URL("/livez", client.url))).rejects.toThrow("fetch failed");
  });

  it("now takes no new request, and lets the open stream end before anything is replaced", async () => {
    await stage();
    const halves = world.streamByHalves();
    const open = await world.ask(client, { stream: true });
    world.electron.answers.push(2);
    world.electron.clickTray("update");
    // Not with a question to the provider: one that is let in at the last moment is answered like those before it.
    const knock = (): Promise<unknown> =>
      fetch(new URL("/livez", client.url)).then(
        ({ status }) => status,
        () => "refused",
      );
    await expect.poll(knock, { timeout: 10_000 }).toBe("refused");
    expect(image()).toBe("the old app");
    halves.finish();
    expect(await open.text()).toContain("[DONE]");
    await shows(() => expect(quits()).toBe(1));
    expect(image()).toBe(body.toString());
  });

  it("is not begun while the person says later, and the gateway goes on", async () => {
    await stage();
    const halves = world.streamByHalves();
    const open = await world.ask(client, { stream: true });
    world.electron.answers.push(0);
    world.electron.clickTray("update");
    await shows(() => expect(world.electron.dialogs).toHaveLength(1));
    halves.finish();
    expect(await open.text()).toContain("[DONE]");
    expect((await fetch(new URL("/livez", client.url))).status).toBe(200);
    expect([image(), quits()]).toEqual(["the old app", 0]);
  });
});
