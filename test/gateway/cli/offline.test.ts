import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { type CliHome, newHome } from "./run-cli.ts";

let home: CliHome;
beforeAll(() => {
  home = newHome();
});
afterAll(() => home.remove());

interface User {
  id: number;
  email: string;
  status: string;
  role: string;
}
interface Key {
  id: number;
  token?: string;
  prefix: string;
  name: string;
  userId: number;
  scopes: string[];
  createdAtUs: number;
  expiresAtUs: number | null;
  revokedAtUs: number | null;
}

describe("where no gateway runs, the command line", () => {
  it("keeps users, in every form of output", async () => {
    const made = await home.run([
      "admin",
      "users",
      "create",
      "--email",
      "ann@example.com",
      "--name",
      "Ann",
      "--role",
      "gateway_admin",
    ]);
    expect(made.code).toBe(0);
    expect(made.out).toMatch(/e-mail {2}ann@example\.com\n/);
    expect(made.out).toContain("gateway admin api-keys create --user ann@example.com");

    const table = await home.run(["admin", "users", "list"]);
    const [header, root, ann] = table.out.split("\n");
    expect(header).toMatch(/^ID {2}E-MAIL {11}NAME {16,}ROLE {11}STATUS {2}CREATED$/);
    expect(root).toMatch(
      /^ 1 {2}admin@local {6}Root administrator {2}root_admin {5}active {2}\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/,
    );
    expect(ann).toContain("gateway_admin");

    const users = await home.json<User[]>(["admin", "users", "list"]);
    expect(users.map(({ email }) => email)).toEqual(["admin@local", "ann@example.com"]);
    expect(parse((await home.run(["admin", "users", "list", "-o", "yaml"])).out)).toEqual(users);
  });

  it("suspends and activates by id, by address, and as the earlier one did", async () => {
    const status = async (...args: string[]) => (await home.json<User>(["admin", "users", ...args])).status;
    await home.run(["admin", "users", "create", "--email", "bob@example.com"]);
    const bob = (await home.json<User[]>(["admin", "users", "list"])).find(({ email }) => email === "bob@example.com");
    expect(await status("suspend", "BOB@example.com")).toBe("suspended");
    expect(await status("activate", String(bob?.id))).toBe("active");
    expect(await status("suspend", "--id", String(bob?.id))).toBe("suspended");
    expect(await status("status", "--id", String(bob?.id), "--status", "active")).toBe("active");
    expect(await status("status", "--id", String(bob?.id), "--status", "inactive")).toBe("suspended");
  });

  it("makes, lists and revokes keys, and shows a key once", async () => {
    const made = await home.json<Key>([
      "admin",
      "api-keys",
      "create",
      "--user",
      "1",
      "--name",
      "ci",
      "--scopes",
      "chat,model:gpt-*",
      "--ttl",
      "720h",
    ]);
    expect(made.token).toMatch(/^tok_[\w-]{43}$/);
    expect(made).toMatchObject({
      name: "ci",
      scopes: ["chat", "model:gpt-*"],
      userId: 1,
      prefix: made.token?.slice(0, 12),
    });
    expect((made.expiresAtUs ?? 0) - made.createdAtUs).toBe(720 * 3_600_000_000);
    const forRoot = await home.run(["admin", "api-keys", "create"]);
    const token = /^key {6}(tok_[\w-]{43})\n/.exec(forRoot.out)?.[1] ?? "";
    expect(token).not.toBe("");

    const lists = await Promise.all([
      home.run(["admin", "api-keys", "list"]),
      home.run(["admin", "api-keys", "list", "--user", "admin@local", "-o", "json"]),
      home.run(["admin", "api-keys", "list", "-o", "yaml"]),
    ]);
    for (const { code, out } of lists) {
      expect(code).toBe(0);
      expect(out).toContain(made.prefix);
      expect(out).not.toContain(made.token);
      expect(out).not.toContain(token);
    }
    const revoked = await home.run(["admin", "api-keys", "revoke", token]);
    expect(revoked).toMatchObject({ code: 0, out: expect.stringMatching(/state +revoked/) });
    expect(revoked.out + revoked.err).not.toContain(token);
    expect((await home.json<Key>(["admin", "api-keys", "delete", "--id", String(made.id)])).revokedAtUs).not.toBeNull();
    expect((await home.run(["admin", "api-keys", "list"])).out).toMatch(/ci .* revoked$/m);
  });

  it("leaves nothing running and no secret on the disk in the clear", async () => {
    const { token = "" } = await home.json<Key>(["admin", "api-keys", "create"]);
    const files = readdirSync(home.dataDir).map((name) => join(home.dataDir, name));
    expect(files.length).toBeGreaterThan(1);
    expect(files.filter((path) => readFileSync(path).includes(token))).toEqual([]);
    expect(statSync(home.dataDir).mode & 0o777).toBe(0o700);
    expect(existsSync(join(home.dataDir, "gateway.sock"))).toBe(false);
  });

  it("says what to do where there is nothing yet", async () => {
    const [logs, failed, usage, models] = await Promise.all([
      home.run(["logs"]),
      home.run(["logs", "--failed", "-n", "5"]),
      home.run(["usage", "--by", "day", "--since", "7d"]),
      home.run(["models"]),
    ]);
    expect(logs).toMatchObject({ code: 0, out: expect.stringContaining("Send one to a base URL") });
    expect(failed).toMatchObject({ code: 0, out: "No recorded request is like that.\n" });
    expect(usage).toMatchObject({ code: 0, out: expect.stringContaining("Nothing was used") });
    expect(models.out).toMatch(/^MODEL .*\nloopback +tokligence/);
    expect(await home.json(["logs"])).toEqual([]);
    expect(await home.json(["usage"])).toMatchObject({ groupBy: "model", groups: [], total: { requests: 0 } });
  });
});

describe("the operator of the machine", () => {
  it("may suspend the first root administrator once there is another, and still signs in", async () => {
    const other = newHome();
    try {
      await other.run(["admin", "users", "create", "--email", "second@example.com", "--role", "root_admin"]);
      expect((await other.json<User>(["admin", "users", "suspend", "admin@local"])).status).toBe("suspended");
      expect((await other.run(["admin", "users", "suspend", "second@example.com"])).code).toBe(1);
      const key = await other.json<Key>(["admin", "api-keys", "create"]);
      const users = await other.json<User[]>(["admin", "users", "list"]);
      expect(users.find(({ id }) => id === key.userId)?.email).toBe("second@example.com");
    } finally {
      other.remove();
    }
  });
});

describe("exit codes", () => {
  it.each([
    [0, ["--help"]],
    [0, ["admin", "users", "--help"]],
    [0, ["version"]],
    [1, ["admin", "users", "create", "--email", "admin@local"]],
    [1, ["admin", "users", "suspend", "admin@local"]],
    [2, ["nonsense"]],
    [2, ["usage", "--by", "colour"]],
    [2, ["usage", "--since", "yesterday"]],
    [2, ["logs", "-n", "0"]],
    [2, ["models", "--unknown"]],
    [2, ["-o", "xml", "models"]],
    [2, ["admin", "users", "create"]],
    [2, ["admin", "users", "create", "--email", "nobody"]],
    [2, ["admin", "users", "suspend"]],
    [2, ["admin", "users", "suspend", "1", "--id", "2"]],
    [2, ["admin", "api-keys", "create", "--ttl", "soon"]],
    [2, ["--url", "ftp://example.com", "models"]],
    [2, ["--url", "http://user:secret@127.0.0.1:1", "models"]],
    [3, ["--url", "http://127.0.0.1:1", "models"]],
    [3, ["console"]],
    [3, ["logs", "--follow"]],
    [5, ["admin", "users", "suspend", "nobody@example.com"]],
    [5, ["admin", "api-keys", "revoke", "tok_unknown00000"]],
    [5, ["logs", "req_zzzz"]],
  ])("%i: gateway %j", async (code, args) => {
    const result = await home.run(args);
    expect(result).toMatchObject({ code });
    // Success speaks on standard output, failure on the other, so that a pipe gets no half answer.
    expect(code === 0 ? result.err : result.out).toBe("");
    expect(code === 0 ? result.out : result.err).not.toBe("");
    expect(result.err).not.toContain("secret");
    expect(result.err).not.toMatch(/\n\s+at /);
  });
});

describe("the configuration", () => {
  it("is validated without a gateway, each problem with file and line", async () => {
    const other = newHome();
    try {
      mkdirSync(join(other.path, "config"));
      const file = join(other.path, "config", "gateway.yaml");
      writeFileSync(
        file,
        "providers:\n  - id: a\n    kind: openai\n    credential: env:A_KEY\naliases: { fast: gpt-5 }\n",
      );
      const good = await other.run(["config", "validate"]);
      expect(good).toMatchObject({ code: 0, out: `ok    1 providers, 0 routes, 1 aliases (${file})\n` });
      writeFileSync(
        file,
        "providers:\n  - id: a\n    kind: opnai\n    credential: sk-secret-key-in-the-clear-0123456789\n",
      );
      const bad = await other.run(["config", "validate"]);
      expect(bad.code).toBe(1);
      expect(bad.out).toContain(`fail  ${file}:3: `);
      expect(bad.out).toContain(`fail  ${file}:4: `);
      expect(bad.out).not.toContain("secret-key");
      const machine = await other.run(["config", "validate", "-o", "json"]);
      expect(JSON.parse(machine.out)).toMatchObject({
        valid: false,
        problems: [{ where: `${file}:3` }, { where: `${file}:4` }],
      });
      expect(machine.code).toBe(1);
      // Looking may not make anything.
      expect(existsSync(other.dataDir)).toBe(false);
    } finally {
      other.remove();
    }
  });

  it("is shown with its sources and without secrets", async () => {
    // Of its own: the keys of the other one were made with another secret, which is refused.
    const fresh = newHome();
    const env = {
      OPENAI_API_KEY: "sk-secret-0123456789abcdef",
      TOKLIGENCE_AUTH_SECRET: "an-auth-secret-of-32-characters-!!",
    };
    const [table, json] = await Promise.all([
      fresh.run(["config", "show"], env),
      fresh.run(["config", "show", "-o", "json"], env),
    ]);
    expect(table.out).toMatch(/^data_dir +\S+ +--data-dir$/m);
    expect(table.out).toMatch(/^openai +openai +.*env:OPENAI_API_KEY/m);
    expect(JSON.parse(json.out)).toMatchObject({ providers: [{ id: "openai", credentialState: "configured" }] });
    for (const { out } of [table, json]) expect(out).not.toMatch(/sk-secret|an-auth-secret/);
    fresh.remove();
  });
});
