/** A gateway moves to another computer, as an operator does it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TransferReportView } from "../../../src-gateway/admin-api/contract/transfer-endpoints.ts";
import { startTestGateway } from "../../support/gateway.ts";
import { type CliHome, newHome } from "./run-cli.ts";

const KEY = "sk-planted-0123456789abcdef-env";
const KEPT = "sk-planted-0123456789abcdef-kept";
const CONFIG = `# mine
providers:
  - id: openai
    credential: env:WORK_KEY # from work
  - id: deepseek
    credential: secret:deepseek
aliases:
  fast: gpt-4o-mini
`;
const FILE_ONLY = { TOKLIGENCE_SECRET_STORE: "file" };

let here: CliHome;
let there: CliHome;
let passphrase: string[];
beforeEach(() => {
  here = newHome();
  there = newHome();
  for (const { path } of [here, there]) writeFileSync(join(path, "words"), "correct horse battery\n");
  passphrase = ["--passphrase-file", "words"];
});
afterEach(() => {
  here.remove();
  there.remove();
});

/** A gateway with keys in a variable, in the secret store and in the environment alone; with people and a client key. */
async function furnish(): Promise<{ clientKey: string; env: Record<string, string> }> {
  const env = { ...FILE_ONLY, WORK_KEY: KEY, GROQ_API_KEY: "gsk_planted0123456789abcdef" };
  mkdirSync(here.dataDir, { recursive: true });
  writeFileSync(join(here.dataDir, "gateway.yaml"), CONFIG);
  mkdirSync(join(here.path, "config"));
  writeFileSync(join(here.path, "config", "setting.ini"), "max_attempts = 7\n");
  const gateway = await startTestGateway({ dataDir: here.dataDir, env });
  const call = (method: string, path: string, body: unknown) =>
    fetch(`${gateway.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${gateway.key}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  expect((await call("PUT", "/secrets/deepseek", { value: KEPT })).status).toBe(200);
  expect((await call("POST", "/admin/users", { email: "ann@example.com" })).status).toBe(200);
  expect((await call("POST", "/admin/teams", { name: "Research" })).status).toBe(200);
  expect((await call("PATCH", "/flags/retry_join", { rule: { on: false } })).status).toBe(200);
  const { key } = gateway;
  await gateway.stop();
  return { clientKey: key, env };
}

const changesOf = ({ items }: TransferReportView, part: string): string[] =>
  items.filter((item) => item.part === part).map(({ name, change }) => `${change} ${name}`);

// Every command is a process of its own.
describe("gateway export and import", { timeout: 120_000 }, () => {
  it("bring everything to another computer, whose own keys and people stay", async () => {
    const { clientKey, env } = await furnish();
    const file = join(here.path, "move.sealed");
    expect(await here.run(["export", "--sealed", file, ...passphrase], env)).toMatchObject({ code: 0 });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file).includes("planted")).toBe(false);

    const own = await startTestGateway({ dataDir: there.dataDir, env: FILE_ONLY });
    await own.stop();
    const dry = await there.json<TransferReportView>(["import", file, "--dry-run", ...passphrase], FILE_ONLY);
    expect(dry).toMatchObject({ applied: false, problems: [], about: { isSealed: true } });
    expect(changesOf(dry, "secret")).toEqual(["added deepseek", "added openai", "added groq"]);
    expect(changesOf(dry, "user")).toEqual(["same admin@local", "added ann@example.com"]);
    expect(changesOf(dry, "team")).toEqual(["added Research"]);
    expect(changesOf(dry, "flag")).toEqual(["added retry_join"]);
    expect(changesOf(dry, "setting")).toContain("added max_attempts = 7");
    expect(JSON.stringify(dry)).not.toContain("planted");
    expect(await there.json(["secret", "list"], FILE_ONLY)).toEqual([]);
    expect(existsSync(join(there.dataDir, "gateway.yaml"))).toBe(false);

    const done = await there.json<TransferReportView>(["import", file, ...passphrase], FILE_ONLY);
    expect(done).toEqual({ ...dry, applied: true });
    const text = readFileSync(join(there.dataDir, "gateway.yaml"), "utf8");
    expect(text).toContain("# mine");
    expect(text).toMatch(/credential: secret:openai +# from work|credential: secret:openai # from work/);
    expect(text).toContain("secret:groq");
    expect(readFileSync(join(there.dataDir, "config", "setting.ini"), "utf8")).toContain("max_attempts = 7");
    const again = await there.json<TransferReportView>(["import", file, "--dry-run", ...passphrase], FILE_ONLY);
    expect(again.items.every(({ change, part }) => change === "same" || part === "note" || part === "setting")).toBe(
      true,
    );

    const moved = await startTestGateway({ dataDir: there.dataDir, env: FILE_ONLY });
    try {
      for (const key of [clientKey, own.key]) {
        const reply = await fetch(`${moved.url}/api/v1/status`, { headers: { authorization: `Bearer ${key}` } });
        expect(reply.status).toBe(200);
      }
    } finally {
      await moved.stop();
    }
  });

  it("writes no key without a passphrase", async () => {
    const { env } = await furnish();
    const file = join(here.path, "open");
    const said = await here.run(["export", file], env);
    expect(said).toMatchObject({ code: 0 });
    expect(said.err).toContain("holds no keys");
    const text = readFileSync(file, "utf8");
    expect(text).toContain("ann@example.com");
    expect(text).not.toMatch(/planted|[0-9a-f]{64}(?!"}|\n)/);
    const report = await there.json<TransferReportView>(["import", file], FILE_ONLY);
    expect(report.applied).toBe(true);
    expect(changesOf(report, "key")).toEqual([]);
    expect(changesOf(report, "secret")).toEqual([]);
  });

  it("changes nothing where a part cannot be taken in", async () => {
    const { env } = await furnish();
    const file = join(here.path, "move.sealed");
    await here.run(["export", "--sealed", file, ...passphrase], env);
    writeFileSync(join(there.path, "words"), "another passphrase\n");
    const wrong = await there.run(["import", file, ...passphrase], FILE_ONLY);
    expect(wrong.code).not.toBe(0);
    expect(wrong.err).toContain("not the passphrase");
    writeFileSync(join(there.path, "words"), "correct horse battery\n");
    // The configuration is fixed by somebody's file with mistakes, which is not to be lost.
    mkdirSync(there.dataDir, { recursive: true });
    writeFileSync(join(there.dataDir, "gateway.yaml"), "aliases: { own: gpt-4o }\n");
    await there.run(["status"], FILE_ONLY);
    mkdirSync(join(there.dataDir, "secrets.json"));
    const failed = await there.run(["import", file, ...passphrase], FILE_ONLY);
    expect(failed.code).not.toBe(0);
    expect(readFileSync(join(there.dataDir, "gateway.yaml"), "utf8")).toBe("aliases: { own: gpt-4o }\n");
    expect(JSON.stringify(await there.json(["admin", "users", "list"], FILE_ONLY))).not.toContain("ann@");
    expect(readdirSync(there.dataDir).filter((name) => name.includes("adopted"))).toEqual([]);
  });

  it("bring the ledger along, in the place of one here only when told so", async () => {
    const { clientKey, env } = await furnish();
    const gateway = await startTestGateway({ dataDir: here.dataDir, env });
    await fetch(`${gateway.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${clientKey}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "loopback", messages: [{ role: "user", content: "hello" }] }),
    }).then((reply) => reply.text());
    const file = join(here.path, "all.sealed");
    // Also while a gateway runs.
    expect(await here.run(["export", "--sealed", "--ledger", file, ...passphrase], env)).toMatchObject({ code: 0 });
    await gateway.stop();
    expect(await here.run(["export", "--sealed", "--ledger", file, ...passphrase], env)).toMatchObject({ code: 1 });
    rmSync(file);
    await here.run(["export", "--sealed", "--ledger", file, ...passphrase], env);
    const report = await there.json<TransferReportView>(["import", file, "--ledger", ...passphrase], FILE_ONLY);
    expect(report.applied).toBe(true);
    const logs = await there.json<{ model: string }[]>(["logs"], FILE_ONLY);
    expect(logs).toHaveLength(1);
    expect(readdirSync(there.dataDir).filter((name) => /before|import/.test(name))).toEqual([]);
    const moved = await startTestGateway({ dataDir: there.dataDir, env: FILE_ONLY });
    const reply = await fetch(`${moved.url}/api/v1/status`, { headers: { authorization: `Bearer ${clientKey}` } });
    expect(reply.status).toBe(200);
    const running = await there.run(["import", file, "--ledger", "--force", ...passphrase], FILE_ONLY);
    expect(running.err).toContain("Stop it first");
    await moved.stop();
    const refused = await there.run(["import", file, "--ledger", ...passphrase], FILE_ONLY);
    expect(refused.err).toContain("--force");
    const forced = await there.run(["import", file, "--ledger", "--force", ...passphrase], FILE_ONLY);
    expect(forced).toMatchObject({ code: 0 });
    expect(forced.err).toContain("What was there before is");
  });
});
