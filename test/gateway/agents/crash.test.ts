import { describe, expect, it } from "vitest";
import { createAgentDesk } from "../../../src-gateway/agents/desk.ts";
import { type PlayedComputer, playComputer } from "../../support/agents/played-computer.ts";
import { filesOf, TARGET, TOKEN, WRITTEN } from "../../support/agents/target.ts";
import { UGLY } from "../../support/agents/ugly-files.ts";

const mint = () => Promise.resolve({ id: 7, token: TOKEN });
const MOMENTS = ["before", "half", "after"] as const;

/** A computer with a file in half of the places, and all that an agent's file was or will be. */
async function stage(recipe: (typeof WRITTEN)[number]): Promise<PlayedComputer> {
  const computer = playComputer();
  for (const [n, { path, format }] of (await filesOf(computer, recipe)).entries()) {
    const text = recipe.id === "copilot-vscode" ? '[\n  {"name": "mine"} // x\n]' : (UGLY[format]["windows"] ?? "");
    if (n % 2 === 0) computer.put(path, text, 0o640);
  }
  return computer;
}

/** Everything of the agent's, without the data folder. */
const shown = (computer: PlayedComputer): Record<string, string> => computer.snapshot();

const deskOn = (computer: PlayedComputer) => createAgentDesk(computer.world, computer.dataDir);

/** Each file by itself is one of the two, and there is none besides. */
function expectOldOrNew(now: Record<string, string>, old: Record<string, string>, fresh: Record<string, string>): void {
  for (const [path, content] of Object.entries(now)) {
    // What was left beside the file by the program that died.
    if (path.includes(".tokligence-")) continue;
    expect([old[path], fresh[path]], `of ${path}`).toContain(content);
  }
  expect(Object.keys(old).filter((path) => path in fresh && !(path in now))).toEqual([]);
}

/** The very last step takes the lock away: the work is done by then. */
async function expectBroken(work: Promise<unknown>, step: number, steps: number): Promise<void> {
  const ended = await work.then(
    () => "done",
    () => "broken",
  );
  expect(ended).toBe(step === steps - 1 ? "done" : "broken");
}

describe.each(WRITTEN.map((recipe) => [recipe.id, recipe] as const))("%s", (id, recipe) => {
  it("is the old or the new one wherever connecting breaks off, and the next run cleans up", async () => {
    const whole = await stage(recipe);
    const old = shown(whole);
    await deskOn(whole).connect(id, TARGET, mint);
    const fresh = shown(whole);
    const steps = whole.steps();
    expect(steps).toBeGreaterThan(5);
    for (let step = 0; step < steps; step++) {
      for (const how of MOMENTS) {
        const computer = await stage(recipe);
        computer.breakAfter(step, how);
        await expectBroken(deskOn(computer).connect(id, TARGET, mint), step, steps);
        computer.mend();
        expectOldOrNew(shown(computer), old, fresh);
        const [recovered] = await deskOn(computer).recover();
        const { journal } = await deskOn(computer).state(id);
        expect(shown(computer), `step ${step} ${how}`).toEqual(journal === null ? old : fresh);
        expect(recovered?.what === "taken-back" ? recovered.unusedKeyId : 7).toBe(7);
        await deskOn(computer).connect(id, TARGET, mint);
        expect(shown(computer)).toEqual(fresh);
        await deskOn(computer).disconnect(id);
        expect(shown(computer)).toEqual(old);
      }
    }
  });

  it("can be disconnected again wherever disconnecting breaks off", async () => {
    const whole = await stage(recipe);
    const old = shown(whole);
    await deskOn(whole).connect(id, TARGET, mint);
    const fresh = shown(whole);
    const connected = whole.steps();
    await deskOn(whole).disconnect(id);
    const steps = whole.steps() - connected;
    for (let step = 0; step < steps; step++) {
      for (const how of MOMENTS) {
        const computer = await stage(recipe);
        await deskOn(computer).connect(id, TARGET, mint);
        computer.breakAfter(step, how);
        await deskOn(computer)
          .disconnect(id)
          .catch(() => {});
        computer.mend();
        expectOldOrNew(shown(computer), old, fresh);
        await deskOn(computer).recover();
        const { journal } = await deskOn(computer).state(id);
        expect(shown(computer), `step ${step} ${how}`).toEqual(journal === null ? old : fresh);
        await deskOn(computer).disconnect(id);
        expect(shown(computer)).toEqual(old);
      }
    }
  });

  it("goes back to its earlier connection where another address could not be written to the end", async () => {
    const other = { ...TARGET, baseUrl: "http://127.0.0.1:9999" };
    const whole = await stage(recipe);
    const old = shown(whole);
    await deskOn(whole).connect(id, TARGET, mint);
    const first = shown(whole);
    const connected = whole.steps();
    await deskOn(whole).connect(id, other, mint);
    const second = shown(whole);
    for (let step = 0; step < whole.steps() - connected; step++) {
      const computer = await stage(recipe);
      await deskOn(computer).connect(id, TARGET, mint);
      computer.breakAfter(step, "half");
      await expectBroken(deskOn(computer).connect(id, other, mint), step, whole.steps() - connected);
      computer.mend();
      await deskOn(computer).recover();
      const { journal, drift } = await deskOn(computer).state(id);
      expect(drift).toEqual([]);
      expect(shown(computer), `step ${step}`).toEqual(journal?.baseUrl === other.baseUrl ? second : first);
      await deskOn(computer).disconnect(id);
      expect(shown(computer)).toEqual(old);
    }
  });
});
