import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EXIT } from "../../../src-gateway/cli/cli-error.ts";
import { runCli } from "../../../src-gateway/cli/program.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";

let gateway: TestGateway;
const folder = mkdtempSync(join(tmpdir(), "tokligence-cli-"));
beforeAll(async () => {
  gateway = await startTestGateway({ dataDir: folder });
});
afterAll(async () => {
  await gateway.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Over the control socket of a gateway that runs; in this process, because starting one for each command takes long. */
async function admin(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ["", ""];
  const code = await runCli(["--data-dir", folder, "admin", ...args], {
    env: {},
    cwd: folder,
    homeDir: folder,
    stdout: { write: (text: string) => (out += text) !== "" },
    stderr: { write: (text: string) => (err += text) !== "" },
    openOffline: () => Promise.reject(new Error("a gateway runs")),
    openStorage: () => Promise.reject(new Error("not here")),
  });
  return { code, out, err };
}

async function data<Value>(...args: string[]): Promise<Value> {
  const { code, out, err } = await admin(...args, "-o", "json");
  if (code !== 0) throw new Error(`gateway admin ${args.join(" ")} ended with ${code}: ${err}${out}`);
  return JSON.parse(out) as Value;
}

describe("gateway admin", () => {
  it("takes a file of users whole or not at all, and writes one that can be taken again", async () => {
    const file = join(folder, "users.csv");
    writeFileSync(file, "email,role,name\nann@example.com,gateway_admin,Ann\nnone,,\nbob@example.com,king,Bob\n");
    const refused = await admin("users", "import", "--file", "users.csv");
    expect(refused).toMatchObject({ code: EXIT.failed, err: "" });
    expect(refused.out.split("\n")).toEqual([
      "line 3 (none): this is no e-mail address",
      expect.stringMatching(/^line 4 \(bob@example\.com\): "king" is no role/),
      "No user was added.",
      expect.stringMatching(/^2 of 3 lines cannot be taken.*--skip-invalid/),
      "",
    ]);
    expect(await data<unknown[]>("users", "list", "--search", "example.com")).toEqual([]);
    const taken = await admin("users", "import", "--file", "users.csv", "--skip-invalid", "--json");
    expect(taken.code).toBe(EXIT.ok);
    expect(JSON.parse(taken.out)).toMatchObject({ applied: true, created: [{ email: "ann@example.com" }] });
    const again = await admin(
      "users",
      "import",
      "--file",
      "users.csv",
      "--skip-invalid",
      "--skip-existing",
      "--dry-run",
    );
    expect(again.out).toContain("0 of 3 users would be added, 1 passed over");

    expect((await admin("users", "export", "--file", "out.csv")).code).toBe(EXIT.ok);
    const out = join(folder, "out.csv");
    expect(existsSync(out)).toBe(true);
    const othersMay = process.platform === "win32" ? 0 : statSync(out).mode & 0o077;
    expect(othersMay).toBe(0);
    expect(readFileSync(out, "utf8")).toContain("ann@example.com,gateway_admin,Ann,,,active\r\n");
    expect((await admin("users", "import", "--file", "out.csv", "--skip-existing")).code).toBe(EXIT.ok);
  });

  it("changes, suspends and ends users, by the flags of the earlier command line too", async () => {
    const { id } = await data<{ id: number }>("users", "create", "--email", "cy@example.com");
    await data("users", "update", "--id", String(id), "--role", "gateway_admin", "--name", "Cy");
    await admin("users", "status", "--id", String(id), "--status", "inactive");
    expect(await data("users", "list", "--status", "inactive")).toMatchObject([
      { id, role: "gateway_admin", displayName: "Cy", status: "suspended" },
    ]);
    expect((await admin("users", "delete", "--id", String(id))).out).toContain("was deleted");
    expect((await admin("users", "delete", "--id", String(id), "--hard")).out).toContain("was erased");
    expect((await admin("users", "delete", "--id", String(id), "--hard")).code).toBe(EXIT.notFound);
  });

  it("keeps teams, projects and their keys", async () => {
    await data("users", "create", "--email", "dee@example.com");
    await data("teams", "create", "Data");
    await data("teams", "add-member", "data", "dee@example.com", "--role", "team_admin");
    expect(await data("teams", "members", "Data")).toMatchObject([{ email: "dee@example.com", role: "team_admin" }]);
    await data("projects", "create", "search", "--team", "Data");
    await data("projects", "add-member", "search", "dee@example.com");
    expect(await data("projects", "list")).toMatchObject([{ name: "search", members: 1 }]);
    const limits = [
      "--rpm",
      "60",
      "--budget",
      "20usd/month",
      "--addresses",
      "10.0.0.0/8",
      "--scopes",
      "chat,model:gpt-*",
    ];
    const key = await data<{ id: number; token: string }>(
      "api-keys",
      "create",
      "--team",
      "Data",
      "--project",
      "search",
      ...limits,
    );
    expect(key).toMatchObject({
      isService: true,
      scopes: ["chat", "model:gpt-*"],
      addresses: ["10.0.0.0/8"],
      limits: { requestsPerMinute: 60, budget: { unit: "usd", limit: 20_000_000_000, per: "month" } },
    });
    await data("api-keys", "update", String(key.id), "--tpm", "1000", "--budget", "none", "--addresses", "any");
    const shown = await admin("api-keys", "show", String(key.id));
    expect(shown.out).toMatch(/limits\s+60 rpm, 1000 tpm\n/);
    expect(shown.out).toMatch(/addresses\s+any\n/);
    const rotated = await data<{ token: string; previousUntilUs: number }>(
      "api-keys",
      "rotate",
      "--id",
      String(key.id),
      "--overlap",
      "24h",
    );
    expect(rotated.token).not.toBe(key.token);
    expect(rotated.previousUntilUs / 1000 - Date.now()).toBeGreaterThan(23 * 3_600_000);
    const wrong = await admin("api-keys", "create", "--scopes", "chats");
    expect(wrong).toMatchObject({ code: EXIT.usage, err: expect.stringContaining("model:PATTERN") });
    await data("teams", "rename", "Data", "Facts");
    expect((await admin("teams", "delete", "Facts")).code).toBe(EXIT.ok);
    expect(await data("api-keys", "list", "--state", "revoked")).toMatchObject([{ id: key.id }]);
  });
});
