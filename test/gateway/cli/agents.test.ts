import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CliHome, newHome } from "./run-cli.ts";

let home: CliHome;
let file: string;
const OLD = '{\n  "theme": "dark" // mine\n}\n';
beforeAll(() => {
  home = newHome();
  mkdirSync(join(home.path, ".claude"));
  file = join(home.path, ".claude/settings.json");
  writeFileSync(file, OLD);
});
afterAll(() => home.remove());

describe("gateway connect", () => {
  it("shows what it would write, and writes nothing before somebody says yes", async () => {
    const shown = await home.run(["connect", "claude-code", "--dry-run"]);
    expect(shown).toMatchObject({ code: 0 });
    expect(shown.out).toContain('+    "ANTHROPIC_BASE_URL": "http://127.0.0.1:8081"');
    expect(shown.out).not.toContain("tok_");
    const asked = await home.run(["connect", "claude-code"]);
    expect(asked).toMatchObject({ code: 2, err: expect.stringContaining("--yes") as string });
    const byHand = await home.run(["connect", "claude-code", "--print"]);
    expect(byHand.out).toContain("export ANTHROPIC_BASE_URL=http://127.0.0.1:8081");
    expect(readFileSync(file, "utf8")).toBe(OLD);
  });

  it("connects, says what was changed since, repairs and takes back", async () => {
    const { apiKeyId } = await home.json<{ apiKeyId: number }>(["connect", "claude-code", "--yes"]);
    const written = readFileSync(file, "utf8");
    const token = /tok_[\w-]+/.exec(written)?.[0] ?? "none";
    writeFileSync(file, written.replace("127.0.0.1:8081", "elsewhere"));
    const status = await home.run(["status", "claude-code"], { ANTHROPIC_API_KEY: "sk-ant-planted-secret" });
    expect(status.out).toContain(`drift: ${file}:4 env.ANTHROPIC_BASE_URL is "http://elsewhere" by now`);
    expect(status.out).toContain("conflict: ANTHROPIC_API_KEY is set in the environment");
    expect(status.out + status.err).not.toMatch(/planted|tok_/);
    expect((await home.run(["repair", "claude-code", "--yes"])).code).toBe(0);
    expect(readFileSync(file, "utf8")).toContain(token);
    const gone = await home.json<{ revokedKeyId: number }>(["disconnect", "claude-code", "--yes"]);
    expect(gone.revokedKeyId).toBe(apiKeyId);
    expect(JSON.parse(readFileSync(file, "utf8").replace(" // mine", ""))).toMatchObject({ theme: "dark" });
    expect(readFileSync(file, "utf8")).not.toMatch(/tok_|127\.0\.0\.1/);
    const none = await home.run(["disconnect", "claude-code", "--yes"]);
    expect(none).toMatchObject({ code: 1, err: expect.stringContaining("not connected") as string });
  });

  it("takes a key that somebody else has made, and says what cannot be written", async () => {
    const env = { TOKLIGENCE_CLIENT_KEY: "tok_given_to_me_by_somebody" };
    expect((await home.run(["connect", "codex", "--yes", "--no-key"], env)).code).toBe(0);
    const config = join(home.path, ".codex/config.toml");
    expect(readFileSync(config, "utf8")).toContain(env.TOKLIGENCE_CLIENT_KEY);
    expect((await home.run(["disconnect", "--all", "--yes"])).code).toBe(0);
    const cursor = await home.run(["connect", "cursor"]);
    expect(cursor.out).toContain("public HTTPS address");
    expect(cursor.out).not.toContain("127.0.0.1");
    expect(await home.run(["connect", "nobody"])).toMatchObject({ code: 2 });
  });
});
