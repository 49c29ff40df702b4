/** Updates as the person meets them, with the real electron-updater and a real server behind them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type AppUpdates, createAppUpdates } from "../../../src-main/updates/app-updates.ts";
import { electronFeed } from "../../../src-main/updates/electron-feed.ts";
import type { RestartWorld } from "../../../src-main/updates/restart-when-drained.ts";
import { STANDARD_CHOICES, type UpdateChoices, type UpdatePhase } from "../../../src-main/updates/types.ts";
import { quits, realUpdater, system } from "./real-updater.ts";
import { sha512Of, startUpdateServer, type UpdateServer } from "./update-server.ts";

const body = Buffer.from("#!/bin/sh\nexit 0\n");
const LATEST = process.arch === "x64" ? "latest-linux.yml" : `latest-linux-${process.arch}.yml`;

let folder: string;
let server: UpdateServer;
let updates: AppUpdates;
let choices: UpdateChoices;
/** What the app around the updates was asked for, in order. */
let done: string[];
let openExchanges: number;
/** How often that was looked at. */
let looks: number;
/** What the person presses. */
let answers: number[];
let onStop: () => Promise<void>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "tokligence-updates-"));
  writeFileSync(join(folder, "tokligence-gateway.AppImage"), "the old app");
  server = await startUpdateServer();
  server.releases.set(LATEST, { version: "1.1.0", body });
  choices = STANDARD_CHOICES;
  done = [];
  openExchanges = 0;
  looks = 0;
  answers = [];
  onStop = () => Promise.resolve();
  updates = make();
});
afterEach(async () => {
  updates.stop();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

function make(times: Parameters<typeof createAppUpdates>[0]["times"] = {}): AppUpdates {
  const world: RestartWorld = {
    dialog: {
      showMessageBox: (...args: unknown[]) => {
        done.push(`asked: ${(args.at(-1) as { detail: string }).detail}`);
        return Promise.resolve({ response: answers.shift() ?? 0, checkboxChecked: false });
      },
    },
    openExchanges: () => {
      looks += 1;
      return openExchanges;
    },
    async stopGateway() {
      done.push("gateway stops");
      await onStop();
      done.push("gateway stopped");
    },
    letGo: () => void done.push("let go"),
    releaseWindows: () => void done.push("windows close"),
    goOn: () => Promise.resolve(void done.push("goes on")),
  };
  return createAppUpdates({
    openFeed: async () =>
      electronFeed(await realUpdater("AppImageUpdater", { folder, url: server.url }), {
        installsOnQuit: false,
        system,
      }),
    choices: () => choices,
    keep: (next) => (choices = next),
    onChange: () => {},
    world,
    times: { firstMs: 1, idleLookMs: 5, ...times },
  });
}

const becomes = (phase: UpdatePhase): Promise<void> =>
  vi.waitFor(() => expect(updates.state().phase).toBe(phase), { timeout: 15_000 });
const problem = (): Promise<string> =>
  vi
    .waitFor(() => expect(updates.state().problem).not.toBeNull(), { timeout: 15_000 })
    .then(() => updates.state().problem ?? "");

function hasLooked(): Promise<void> {
  const before = looks;
  return vi.waitFor(() => expect(looks).toBeGreaterThan(before + 3));
}

/** One that was started later has asked: whoever wanted to ask before that has done it. */
async function anotherHasAsked(): Promise<void> {
  const other = make();
  other.act("check");
  await vi.waitFor(() => expect(other.state().checkedAtMs).not.toBeNull());
}

async function stage(): Promise<void> {
  updates.act("check");
  await becomes("available");
  updates.act("download");
  await becomes("staged");
}

describe.skipIf(process.platform !== "linux")("updates (needs Linux)", () => {
  it("are asked for by themselves, shown, and not fetched before the person wants one", async () => {
    updates.start(null);
    await becomes("available");
    expect(updates.forTray(null)).toEqual({ version: "1.1.0", isStaged: false });
    expect(server.asked).toHaveLength(1);
    updates.act("download");
    await becomes("staged");
    expect(updates.forTray(null)).toEqual({ version: "1.1.0", isStaged: true });
    expect(done).toEqual([]);
  });

  it("are asked for by nobody where the operator wants that, whatever is clicked", async () => {
    updates.start("update_check_enabled is false");
    expect(updates.act("check")).toMatchObject({ phase: "off", offBecause: "update_check_enabled is false" });
    updates.act("download");
    updates.choose({ channel: "beta" });
    updates.choose({ channel: "stable" });
    await anotherHasAsked();
    expect(server.asked).toHaveLength(1);
    expect(updates.state().phase).toBe("off");
  });

  it("are asked for by a click only, where the person wants that", async () => {
    updates.choose({ isAutomatic: false });
    updates.start(null);
    await anotherHasAsked();
    expect([updates.state().phase, server.asked.length]).toEqual(["idle", 1]);
    updates.act("check");
    await becomes("available");
  });

  it("leave the person and the tray alone when nobody answers, and are there when somebody does", async () => {
    const { url } = server;
    await server.stop();
    updates.start(null);
    expect(await problem()).toBe("The server of the updates cannot be reached.");
    expect(updates.forTray(null)).toBeNull();
    expect(updates.state()).toMatchObject({ phase: "idle", checkedAtMs: null });
    expect([done, url.length > 0]).toEqual([[], true]);
  });

  it("of a version that is skipped are not shown, also when somebody else tells of it; of the next they are", async () => {
    updates.act("check");
    await becomes("available");
    expect(updates.act("skip").phase).toBe("idle");
    expect(updates.forTray({ version: "1.1.0", isStaged: false })).toBeNull();
    updates.act("download");
    updates.act("check");
    await becomes("idle");
    server.releases.set(LATEST, { version: "1.2.0", body });
    updates.act("check");
    await becomes("available");
    expect(updates.forTray(null)).toEqual({ version: "1.2.0", isStaged: false });
    expect(updates.act("unskip").choices.skipped).toBeNull();
  });

  it("of another channel are asked for when it is chosen", async () => {
    server.releases.set(LATEST.replace("latest", "beta"), { version: "1.3.0-beta.2", body });
    updates.act("check");
    await becomes("available");
    updates.choose({ channel: "beta" });
    await vi.waitFor(() => expect(updates.state().offered?.version).toBe("1.3.0-beta.2"));
  });

  it("with a wrong checksum are refused, said so, and can be tried again", async () => {
    server.releases.set(LATEST, { version: "1.1.0", body: Buffer.from("evil"), sha512: sha512Of(body) });
    updates.act("check");
    await becomes("available");
    updates.act("download");
    expect(await problem()).toContain("its checksum differs");
    expect(updates.state().phase).toBe("available");
    server.releases.set(LATEST, { version: "1.1.0", body });
    await stage();
  });

  it("are installed at once when no request is under way, after the gateway has ended", async () => {
    await stage();
    const stopped = Promise.withResolvers<void>();
    onStop = () => stopped.promise;
    updates.act("restart");
    await vi.waitFor(() => expect(done).toEqual(["gateway stops"]));
    expect(quits()).toBe(0);
    stopped.resolve();
    await vi.waitFor(() => expect(quits()).toBe(1));
    expect(done).toEqual(["gateway stops", "gateway stopped", "let go", "windows close"]);
  });

  it("cut off no request before the person was asked", async () => {
    await stage();
    openExchanges = 2;
    answers = [0, 2];
    updates.act("restart");
    await vi.waitFor(() => expect(done).toEqual([expect.stringContaining("2 requests are under way")]));
    expect([updates.state().phase, quits()]).toEqual(["staged", 0]);
    updates.act("restart");
    await vi.waitFor(() => expect(quits()).toBe(1));
    expect(done.slice(2)).toEqual(["gateway stops", "gateway stopped", "let go", "windows close"]);
  });

  it("wait until requests have ended, when the person wants that", async () => {
    await stage();
    openExchanges = 1;
    answers = [1];
    updates.act("restart");
    await becomes("waiting");
    await hasLooked();
    expect(done).toHaveLength(1);
    openExchanges = 0;
    await vi.waitFor(() => expect(quits()).toBe(1));
  });

  it("wait no longer when the person changes their mind, or when requests never end", async () => {
    updates = make({ idleLimitMs: 400 });
    await stage();
    openExchanges = 1;
    answers = [1, 1];
    updates.act("restart");
    await becomes("waiting");
    expect(updates.act("stay").phase).toBe("staged");
    updates.act("restart");
    await becomes("waiting");
    expect(await problem()).toContain("under way all the time");
    openExchanges = 0;
    expect([updates.state().phase, quits()]).toEqual(["staged", 0]);
  });

  it("that cannot be put into place leave the old app running", async () => {
    await stage();
    rmSync(join(folder, "tokligence-gateway.AppImage"));
    updates.act("restart");
    await vi.waitFor(() => expect(done.at(-1)).toBe("goes on"));
    expect(updates.state().phase).toBe("staged");
    expect([updates.state().problem, quits()]).toEqual([expect.stringContaining("ENOENT"), 0]);
  });
});
