import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { keysInFile } from "../../../src-gateway/transfer/found-keys.ts";
import { startTestGateway } from "../../support/gateway.ts";
import { newHome } from "../cli/run-cli.ts";

const KEY = "sk-planted-0123456789abcdef";

it("keys of variables and files are found without their values, and moved on agreement; the originals stay", {
  timeout: 60_000,
}, async () => {
  const home = newHome();
  const rc = `export DEEPSEEK_API_KEY="${KEY}-rc" # mine\n`;
  writeFileSync(join(home.path, ".zshrc"), rc);
  mkdirSync(home.dataDir, { recursive: true });
  const config = "# mine\nproviders:\n  - id: openai\n    credential: env:WORK_KEY # work\n";
  writeFileSync(join(home.dataDir, "gateway.yaml"), config);
  const env = { TOKLIGENCE_SECRET_STORE: "file", WORK_KEY: `${KEY}-work`, GROQ_API_KEY: `${KEY}-groq` };
  try {
    const found = await home.json<{ provider: string; where: string; inUse: boolean }[]>(["secret", "find"], env);
    expect(found.map(({ provider, where, inUse }) => [provider, where, inUse])).toEqual([
      ["openai", "WORK_KEY", true],
      ["groq", "GROQ_API_KEY", true],
      ["deepseek", "~/.zshrc:1", false],
    ]);
    expect(JSON.stringify(found)).not.toContain("planted");
    const alone = await home.run(["secret", "move"], env);
    expect(alone).toMatchObject({ code: 2 });
    const moved = await home.run(["secret", "move", "--yes"], env);
    expect(moved).toMatchObject({ code: 0 });
    expect(moved.out + moved.err).not.toContain("planted");
    const text = readFileSync(join(home.dataDir, "gateway.yaml"), "utf8");
    expect(text).toContain("# mine");
    for (const name of ["openai", "groq", "deepseek"]) expect(text).toContain(`secret:${name}`);
    expect(readFileSync(join(home.path, ".zshrc"), "utf8")).toBe(rc);
    expect(readFileSync(join(home.dataDir, "secrets.json"), "utf8")).not.toContain("planted");
    const { GROQ_API_KEY: _groq, WORK_KEY: _work, ...bare } = env;
    const shown = await home.json<{ name: string }[]>(["secret", "list"], bare);
    expect(shown.map(({ name }) => name).sort()).toEqual(["deepseek", "groq", "openai"]);
    expect((await home.run(["secret", "find"], bare)).out).toContain("No key was found");
  } finally {
    home.remove();
  }
});

it("a browser of a server is shown variables, and no file of the home folder", async () => {
  const folder = mkdtempSync(join(tmpdir(), "found-"));
  writeFileSync(join(folder, ".zshrc"), `export DEEPSEEK_API_KEY=${KEY}\n`);
  const gateway = await startTestGateway({ env: { HOME: folder, GROQ_API_KEY: KEY, TOKLIGENCE_SECRET_STORE: "file" } });
  try {
    const headers = { authorization: `Bearer ${gateway.key}`, "content-type": "application/json" };
    const found = (await (await fetch(`${gateway.url}/api/v1/found-keys`, { headers })).json()) as {
      id: string;
      provider: string;
    }[];
    expect(found.map(({ provider }) => provider)).toEqual(["groq"]);
    const ask = (ids: string[]) =>
      fetch(`${gateway.url}/api/v1/found-keys/move`, { method: "POST", headers, body: JSON.stringify({ ids }) });
    expect((await ask(["deepseek||~/.zshrc:1"])).status).toBe(404);
    expect((await ask([found[0]?.id ?? "", "nonsense"])).status).toBe(404);
    expect(await (await fetch(`${gateway.url}/api/v1/secrets`, { headers })).json()).toEqual([]);
    expect(await (await ask([found[0]?.id ?? ""])).json()).toEqual([
      { provider: "groq", reference: "secret:groq", place: "file" },
    ]);
  } finally {
    await gateway.stop();
    rmSync(folder, { recursive: true });
  }
});

it.each([
  [`OPENAI_API_KEY=${KEY}`, KEY],
  [`export OPENAI_API_KEY='${KEY}'; other`, KEY],
  [`set -gx OPENAI_API_KEY ${KEY}`, KEY],
  [`  "OPENAI_API_KEY": "${KEY}",`, KEY],
  [`openai-api-key: ${KEY} # note`, KEY],
  [`# OPENAI_API_KEY=${KEY}`, undefined],
  ["OPENAI_API_KEY=$OTHER_VARIABLE_HERE", undefined],
  ["OPENAI_API_KEY=tok_0123456789abcdef0123", undefined],
  ["OPENAI_API_KEY=short", undefined],
  [`MY_OPENAI_API_KEY=${KEY}`, undefined],
  [`OPENAI_API_KEY=${KEY}\nOPENAI_API_KEY=`, undefined],
])("%s", (text, expected) => {
  expect(keysInFile(text, new Map([["OPENAI_API_KEY", "openai"]]))[0]?.value).toBe(expected);
});
