import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runScript } from "../../../src-gateway/hooks/run-script.ts";
import { until } from "../../support/until.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tokligence-script-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const fileOf = (name: string): string => join(folder, name);
function script(text: string): string {
  const path = fileOf("hook");
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
  return path;
}
const run = (path: string, more: { timeoutMs?: number; body?: string; signal?: AbortSignal; args?: string[] } = {}) =>
  runScript({
    target: { kind: "script", path, args: more.args ?? [], passEnv: ["ALLOWED"], setEnv: { TEAM: "blue" } },
    body: more.body ?? '{"id":"evt_1"}',
    timeoutMs: more.timeoutMs ?? 20_000,
    env: { PATH: process.env["PATH"], ALLOWED: "yes", OPENAI_API_KEY: "sk-planted-secret" },
    cwd: folder,
    signal: more.signal ?? new AbortController().signal,
  });
const isAlive = (pid: number): boolean => {
  try {
    // A zombie nobody has buried yet can be signalled, too.
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
};

describe.skipIf(process.platform === "win32")("a script (needs process groups)", () => {
  it("gets the event on its standard input and only what it may see of the environment", async () => {
    const outcome = await run(script('cat; echo "$1"; env'), { args: ["a b; echo $HOME"] });
    expect(outcome).toMatchObject({ isDelivered: true, code: 0, problem: null });
    expect(outcome.output).toContain('{"id":"evt_1"}\na b; echo $HOME\n');
    expect(outcome.output).toContain("ALLOWED=yes");
    expect(outcome.output).toContain("TEAM=blue");
    expect(outcome.output).not.toContain("sk-planted-secret");
  });

  it.each([
    ["echo no luck >&2; exit 3", 3, "it ended with exit code 3"],
    ["kill -KILL $$", null, "it was ended by SIGKILL"],
  ])("that does %j has failed", async (text, code, problem) => {
    expect(await run(script(text))).toMatchObject({ isDelivered: false, code, problem });
  });

  it("that is not there, or is no program, has failed", async () => {
    expect((await run(fileOf("missing"))).problem).toMatch(/no such program/);
    writeFileSync(fileOf("plain"), "text");
    expect((await run(fileOf("plain"))).problem).toMatch(/may not be run/);
  });

  it("that runs too long ends with all that it has started, even if they do not listen", async () => {
    const text = `trap '' TERM\n(trap '' TERM; echo $$ > own; sh -c 'trap "" TERM; echo $$ > child; while :; do sleep 1; done') &\nwait\nwhile :; do sleep 1; done`;
    const began = performance.now();
    const outcome = await run(script(text), { timeoutMs: 500 });
    expect(outcome.problem).toBe("it did not end within 0.5 s");
    expect(performance.now() - began).toBeGreaterThan(2_000);
    const child = Number(readFileSync(fileOf("child"), "utf8"));
    await until(() => !isAlive(child));
  }, 20_000);

  it("that stops in time when it is told to may say goodbye", async () => {
    const text = `trap 'echo bye > "${fileOf("bye")}"; exit 0' TERM\ntouch ready\nwhile :; do sleep 0.05; done`;
    const stop = new AbortController();
    const running = run(script(text), { signal: stop.signal });
    await until(() => existsSync(fileOf("ready")));
    stop.abort();
    expect(await running).toMatchObject({ isDelivered: false, problem: "the gateway stopped" });
    expect(readFileSync(fileOf("bye"), "utf8")).toBe("bye\n");
  });

  it("leaves nothing running behind", async () => {
    const outcome = await run(script("sleep 1000 & echo $! > child; exit 0"));
    expect(outcome.isDelivered).toBe(true);
    const child = Number(readFileSync(fileOf("child"), "utf8"));
    await until(() => !isAlive(child));
  });

  it("may talk without end and read nothing", async () => {
    const outcome = await run(script("yes | head -c 3000000"), { body: "x".repeat(1_000_000) });
    expect(outcome.isDelivered).toBe(true);
    expect(outcome.output.length).toBeLessThan(5_000);
  });
});
