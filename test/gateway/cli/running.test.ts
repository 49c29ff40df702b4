import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import type { ExchangeView } from "../../../src-gateway/admin-api/contract/schemas.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { ask, login, newUser } from "../admin-api/admin-client.ts";
import { type CliHome, newHome } from "./run-cli.ts";

let home: CliHome;
let gateway: TestGateway;
let userKey: string;
beforeAll(async () => {
  home = newHome();
  gateway = await startTestGateway({ dataDir: home.dataDir });
  userKey = (await newUser(gateway, "ann@example.com", "gateway_user")).token;
  for (let n = 0; n < 3; n++) await ask(gateway, userKey);
  await ask(gateway, userKey, "no-such-model");
  await gateway.exchanges(4);
});
afterAll(async () => {
  await gateway.stop();
  home.remove();
});

const remote = (key: string) => ({ TOKLIGENCE_ADMIN_KEY: key });

describe("beside a running gateway, the command line", () => {
  it("goes through its socket: a key it makes works in the same moment", async () => {
    const { token } = await home.json<{ token: string }>(["admin", "api-keys", "create", "--user", "ann@example.com"]);
    expect((await ask(gateway, token)).status).toBe(200);
    await home.run(["admin", "api-keys", "revoke", token]);
    expect((await ask(gateway, token)).status).toBe(401);
  });

  it("shows the log as a table, as JSON, as JSON lines and as YAML, the newest last", async () => {
    const filter = ["--model", "loopback", "-n", "3"];
    const [table, json, lines, yaml] = await Promise.all([
      home.run(["logs", ...filter]),
      home.run(["logs", ...filter, "-o", "json"]),
      home.run(["logs", ...filter, "--json"]),
      home.run(["logs", ...filter, "-o", "yaml"]),
    ]);
    const rows = JSON.parse(json.out) as ExchangeView[];
    expect(rows).toHaveLength(3);
    expect(rows.map(({ id }) => id)).toEqual(rows.map(({ id }) => id).toSorted((a, b) => a - b));
    expect(
      lines.out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(rows);
    expect(parseAllDocuments(yaml.out)[0]?.toJS()).toEqual(rows);
    const [header = "", ...printed] = table.out.trim().split("\n");
    expect(header.split(/ {2,}/)).toEqual([
      "TIME",
      "REQUEST",
      "AGENT",
      "SURFACE",
      "MODEL",
      "PROVIDER",
      "STATUS",
      "FIRST",
      "TOTAL",
      "IN",
      "CACHE",
      "OUT",
      "END",
    ]);
    expect(printed).toHaveLength(3);
    expect(printed[0]).toMatch(
      /^\d\d-\d\d \d\d:\d\d:\d\d {2}req_\w+ +\S+ +chat +loopback +loopback +200 completed +– +\d+ ms +2 +0 +2 +stop$/,
    );
    // Numbers end where their titles end.
    for (const title of ["TOTAL", "IN", "OUT"]) {
      const end = header.search(new RegExp(`\\b${title}\\b`)) + title.length;
      for (const line of printed) expect(line.slice(end - 1, end + 1)).toMatch(/^\S( |$)/);
    }
  });

  it("narrows the log, shows one request in full, and says when there is none", async () => {
    const failed = await home.json<ExchangeView[]>(["logs", "--failed", "--model", "no-such-model"]);
    expect(failed).toMatchObject([{ modelAsked: "no-such-model", errorCode: "model_not_found" }]);
    const id = failed[0]?.requestId ?? "";
    expect(await home.json(["logs", id])).toEqual(failed[0]);
    expect((await home.run(["logs", id])).out).toContain("errorCode: model_not_found");
    expect(await home.json(["logs", "--provider", "nobody"])).toEqual([]);
    expect(await home.json(["logs", "--since", "2000-01-01", "-n", "1"])).toHaveLength(1);
  });

  it("fits the terminal, and colours only where it is wanted", async () => {
    for (const columns of [60, 80, 120, 200]) {
      const { out } = await home.run(["logs"], { COLUMNS: String(columns) });
      expect(Math.max(...out.split("\n").map((line) => [...line].length))).toBeLessThanOrEqual(columns);
      expect(out).toContain("404 refused");
    }
    const coloured = await home.run(["logs"], { FORCE_COLOR: "1" });
    expect(coloured.out).toContain("\u001b[32m200 completed");
    for (const plain of [
      await home.run(["--no-color", "logs"], { FORCE_COLOR: "1" }),
      await home.run(["logs"], { FORCE_COLOR: "1", NO_COLOR: "1" }),
      await home.run(["logs"]),
    ]) {
      expect(plain.out).not.toContain("\u001b");
    }
  });

  it("lets nothing that a client sent steer the terminal", async () => {
    const evil = "m\u001b]0;owned\u0007\u009b2J\u202e\nx";
    await gateway.recordOf(await ask(gateway, userKey, evil));
    for (const args of [
      ["logs"],
      ["logs", "--json"],
      ["logs", "-o", "json"],
      ["logs", "-o", "yaml"],
      ["usage"],
      ["usage", "-o", "yaml"],
    ]) {
      const { code, out } = await home.run(args);
      expect(code).toBe(0);
      // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
      expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
      expect(out).toContain("owned");
    }
    const last = (await home.json<ExchangeView[]>(["logs", "-n", "1"]))[0];
    expect(last?.modelAsked).toBe(evil);
  });

  it("sums usage, with the total below", async () => {
    const { out } = await home.run(["usage", "--by", "user", "--since", "1h"]);
    expect(out).toMatch(/^USER +REQUESTS +FAILED +INPUT +CACHE READ +CACHE WRITE +OUTPUT +REASONING +COST\n/);
    expect(out).toMatch(/^ann@example\.com +\d+ +\d+ +\d+/m);
    expect(out).toMatch(/^total +\d+/m);
    const sums = await home.json<{ groups: { group: string }[] }>([
      "usage",
      "--by",
      "model",
      "--user",
      "ann@example.com",
    ]);
    expect(sums.groups.map(({ group }) => group)).toContain("loopback");
  });

  it("prints an address that signs a browser in, once", async () => {
    const { code, out } = await home.run(["console"]);
    expect(code).toBe(0);
    const [, base, secret = ""] = /^(http:\S+\/console\/)#code=([\w.~-]+)\n$/.exec(out) ?? [];
    expect(base).toBe(gateway.consoleUrl);
    expect((await login(gateway.url, { code: secret })).status).toBe(200);
    expect((await login(gateway.url, { code: secret })).status).toBe(401);
    expect(await home.json(["console"])).toMatchObject({
      url: expect.stringContaining("#code="),
      expiresAtUs: expect.any(Number),
    });
  });
});

describe("over an address, the command line", () => {
  it("needs an administrator's key, and never prints it", async () => {
    const url = ["--url", gateway.url];
    expect(await home.run([...url, "models"])).toMatchObject({
      code: 4,
      err: expect.stringContaining("Sign in first"),
    });
    expect(await home.run([...url, "models"], remote("tok_wrong"))).toMatchObject({ code: 4, out: "" });
    expect(await home.run([...url, "admin", "users", "list"], remote(userKey))).toMatchObject({ code: 4 });
    const byEnv = await home.run([...url, "admin", "users", "list"], remote(gateway.key));
    const byFlag = await home.run(["admin", "users", "list", "--key", gateway.key], {
      TOKLIGENCE_URL: `${gateway.url}/`,
    });
    expect(byEnv).toMatchObject({ code: 0, out: expect.stringContaining("ann@example.com") });
    expect(byFlag.out).toBe(byEnv.out);
    for (const result of [byEnv, byFlag, await home.run([...url, "logs", "req_zz"], remote(gateway.key))]) {
      expect(result.out + result.err).not.toContain(gateway.key);
    }
  });

  it("shows users what is theirs", async () => {
    const rows = JSON.parse(
      (await home.run(["--url", gateway.url, "logs", "-o", "json"], remote(userKey))).out,
    ) as ExchangeView[];
    expect(rows.length).toBeGreaterThan(0);
    expect(new Set(rows.map(({ userId }) => userId)).size).toBe(1);
  });

  it("gives a console address that is reached the same way", async () => {
    const { out } = await home.run(
      ["--url", gateway.url.replace("127.0.0.1", "localhost"), "console"],
      remote(gateway.key),
    );
    expect(out).toMatch(/^http:\/\/localhost:\d+\/console\/#code=/);
  });
});
