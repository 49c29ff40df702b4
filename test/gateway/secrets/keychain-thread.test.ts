import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createInTurn } from "../../../src-gateway/secrets/in-turn.ts";
import { createKeychainThread } from "../../../src-gateway/secrets/keychain-thread.ts";

const workerPath = (): string => fileURLToPath(new URL("./hanging-keychain.ts", import.meta.url));

let folder = "";
let stuck: string[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tokligence-hanging-"));
  stuck = [];
});
afterEach(() => {
  for (const name of stuck) answer(name);
  rmSync(folder, { recursive: true, force: true });
});

/** What no keychain answers until `answer`. */
const hanging = (name: string): string => {
  const path = join(folder, name);
  stuck.push(path);
  return path;
};
const answer = (path: string): void => writeFileSync(path, "");

function world(calmMs: number) {
  const late: (string | null)[] = [];
  const thread = createKeychainThread({ workerPath, calmMs, onLateAnswer: (problem) => late.push(problem) });
  const inTurn = createInTurn();
  return {
    late,
    thread,
    ask: (name: string, patienceMs = 20_000) =>
      inTurn((signal) => thread.ask({ act: "read", name }, patienceMs, signal), patienceMs),
  };
}

describe("a keychain that hangs", () => {
  it("holds up nobody but its own thread, and counts as silent until it answers after all", async () => {
    const { ask, thread, late } = world(600_000);
    const path = hanging("a");
    const asked = ask(path, 300);
    let turns = 0;
    const turn = setInterval(() => turns++, 5);
    expect(await asked).toMatchObject({ value: null, problem: expect.stringContaining("did not answer") });
    clearInterval(turn);
    expect(turns).toBeGreaterThan(2);
    expect(thread.isSilent()).toBe(true);
    expect(late).toEqual([]);
    answer(path);
    await expect.poll(() => late, { timeout: 20_000 }).toEqual([null]);
    expect(thread.isSilent()).toBe(false);
    expect(await ask(path)).toEqual({ value: "in time", problem: null });
  });

  it("is asked another way after a while, and left alone once several threads hang", async () => {
    const { ask, thread } = world(0);
    for (const name of ["a", "b", "c"]) {
      expect(thread.isSilent()).toBe(false);
      expect((await ask(hanging(name), 100)).problem).toContain("did not answer");
    }
    expect(thread.isSilent()).toBe(true);
    answer(stuck[0] ?? "");
    await expect.poll(() => thread.isSilent(), { timeout: 20_000 }).toBe(false);
    expect(await ask(stuck[0] ?? "")).toEqual({ value: "in time", problem: null });
  });

  it("is asked again after its thread has died, which is said", async () => {
    const { ask } = world(0);
    expect((await ask("die")).problem).toContain("the thread that asks it has ended");
    const path = join(folder, "there");
    answer(path);
    expect(await ask(path)).toEqual({ value: "in time", problem: null });
  });
});
