/** The keychain with a real Secret Service behind it: gnome-keyring, in a session bus and a home of its own. */
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const script = fileURLToPath(new URL("./use-keychain.ts", import.meta.url));
const unlocking = fileURLToPath(new URL("./unlock-keychain.ts", import.meta.url));
const onPath = (name: string): boolean =>
  (process.env["PATH"] ?? "").split(delimiter).some((folder) => existsSync(join(folder, name)));
const missing = ["dbus-run-session", "dbus-send", "gnome-keyring-daemon"].filter((name) => !onPath(name));
const reason =
  process.platform !== "linux"
    ? "a Secret Service is a thing of Linux"
    : missing.length > 0
      ? `${missing.join(" and ")} missing; install gnome-keyring and dbus`
      : null;
if (reason !== null) process.stderr.write(`Tests of the keychain are skipped: ${reason}\n`);

interface Answer<Result> {
  result: Result;
  ms: number;
}
interface Said {
  state: { state: string; problem: string | null };
  problem: Answer<string | null>;
  before: Answer<{ value: string | null; problem: string | null }>;
  written: Answer<string | null>;
  read: Answer<{ value: string | null; problem: string | null }>;
  removed: Answer<boolean>;
  removedAgain: Answer<boolean>;
  after: Answer<{ value: string | null; problem: string | null }>;
}

/** What a keychain may take to answer or to be given up, and something for a busy machine. */
const LIMIT_MS = 8_000;

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "tokligence-keys-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));

function run<Result = Said>(program: string, args: string[]): Promise<Result> {
  const env = { PATH: process.env["PATH"], HOME: home, XDG_RUNTIME_DIR: home, XDG_DATA_HOME: join(home, "data") };
  return new Promise((resolve, reject) => {
    execFile(program, args, { env, timeout: 60_000 }, (error, output, complaints) => {
      if (error) reject(new Error(`${error.message}\n${complaints}`));
      else resolve(JSON.parse(output.trim().split("\n").at(-1) ?? "") as Result);
    });
  });
}

const timesOf = (said: Said): Answer<unknown>[] =>
  Object.values(said).filter((each): each is Answer<unknown> => "ms" in each);

/** @param prepare what the shell does before the keychain is used. */
const inSession = <Result = Said>(prepare: string, program = script): Promise<Result> =>
  run("dbus-run-session", ["--", "sh", "-c", `${prepare}\nexec "$@"`, "sh", process.execPath, program]);

const DAEMON = "gnome-keyring-daemon --components=secrets --daemonize";
const UNLOCKED = `printf 'pass\\n' | ${DAEMON} --unlock >/dev/null 2>&1`;

describe.skipIf(reason !== null)("a keychain (needs a Secret Service: gnome-keyring and dbus)", () => {
  it("gives back what it was given, until it is removed", async () => {
    const said = await inSession(UNLOCKED);
    expect(said.problem.result).toBeNull();
    expect(said.state).toEqual({ state: "open", problem: null });
    expect(said.before.result).toMatchObject({
      value: null,
      problem: expect.stringContaining("is not in the keychain"),
    });
    expect(said.written.result).toBeNull();
    expect(said.read.result).toEqual({ value: "planted-value-ä-1", problem: null });
    expect([said.removed.result, said.removedAgain.result]).toEqual([true, false]);
    expect(said.after.result.value).toBeNull();
  }, 90_000);

  it("that is locked, with nobody to ask, says so in a moment and keeps nothing", async () => {
    await inSession(UNLOCKED);
    const said = await inSession(`${DAEMON} --start >/dev/null 2>&1`);
    expect(said.problem.result).not.toBeNull();
    expect(said.written.result).not.toBeNull();
    expect(said.read.result.value).toBeNull();
    expect(said.state).toEqual({ state: "locked", problem: expect.any(String) });
    for (const { ms } of timesOf(said)) expect(ms).toBeLessThan(LIMIT_MS * 3);
  }, 90_000);

  it("that is unlocked by somebody else is noticed, without asking its person", async () => {
    await inSession(UNLOCKED);
    const said = await inSession(`${DAEMON} --start >/dev/null 2>&1`, unlocking);
    expect(said).toEqual({
      read: { value: null, problem: expect.stringContaining("cannot be read") },
      before: "locked",
      after: { state: "open", problem: null },
      value: "planted-value-2",
      told: 1,
    });
  }, 90_000);

  it("that is absent is said to be, and nothing hangs", async () => {
    const said = await run(process.execPath, [script]);
    expect(said.state.state).toBe("missing");
    for (const result of [said.problem.result, said.written.result, said.read.result.problem])
      expect(result).toContain("no keychain answers here");
    expect(said.removed.result).toBe(false);
    for (const { ms } of timesOf(said)) expect(ms).toBeLessThan(LIMIT_MS);
  }, 90_000);
});
