import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { ExplanationView } from "../../../src-gateway/admin-api/contract/explain-schemas.ts";
import type { ExchangeView } from "../../../src-gateway/admin-api/contract/schemas.ts";
import { startTestGateway } from "../../support/gateway.ts";
import { ask } from "../admin-api/admin-client.ts";
import { type CliHome, newHome } from "./run-cli.ts";

const config = {
  providers: [
    { id: "a", kind: "openai-compatible", base_url: "http://127.0.0.1:1/v1", models: [] },
    { id: "b", kind: "anthropic-compatible", base_url: "http://127.0.0.1:1", models: [] },
  ],
  routes: [
    { match: "m", when: { team: "data" }, targets: ["b"] },
    { match: "m", when: { time: "22:00-06:00" }, targets: ["b/night"] },
    { match: "m", when: { key: "ci*" }, targets: ["b/ci"] },
    {
      match: "m",
      targets: ["a", "b"],
      retry: { attempts: 2, total_ms: 5_000 },
      resend: true,
      join: false,
      strict: true,
    },
    { match: "drawn", strategy: "weighted", targets: ["a", "b"] },
    {
      match: "auto",
      strategy: "content",
      targets: [
        { provider: "b", when: { tools: true } },
        { provider: "b", model: "x", when: { contains: "zebra" } },
        "a",
      ],
    },
    { match: "tested", strategy: "ab", targets: [{ provider: "a", variant: "only" }] },
  ],
  aliases: { fast: "m" },
};

let home: CliHome;
beforeAll(async () => {
  home = newHome();
  mkdirSync(home.dataDir);
  writeFileSync(join(home.dataDir, "gateway.yaml"), JSON.stringify(config));
  const body = { messages: [{ role: "user", content: "Hi" }], tools: [{ name: "t", input_schema: {} }] };
  writeFileSync(join(home.path, "body.json"), JSON.stringify(body));
  await home.run(["admin", "api-keys", "create", "--name", "ci-builds", "--scopes", "provider:b"]);
});
afterAll(() => home.remove());

const DAY = ["--at", "2026-11-02T12:00"];
const run = (...args: string[]) =>
  home.run(["--config", join(home.dataDir, "gateway.yaml"), "route", "explain", ...args]);
const told = async (...args: string[]): Promise<ExplanationView> => JSON.parse((await run(...args, "--json")).out);

describe("where no gateway runs, gateway route explain", () => {
  it("tells the rule, the targets in order with their reasons, who was left out, and what the route says", async () => {
    const { code, out } = await run("fast", ...DAY);
    expect(code).toBe(0);
    expect(out).toMatch(/^model +fast, which stands for m$/m);
    expect(out).toMatch(/^asked +chat in openai-chat, at 2026-11-02 12:00:00$/m);
    expect(out).toMatch(/^decided by +the route "m"$/m);
    expect(out).toMatch(
      /^policy +2 attempts within 5 s; sent again even where it may have been accepted; never joined.*; refused rather/m,
    );
    expect(out).toMatch(/^1 +a +m +openai-chat +ready +route "m" \(fallback\), target 1 of 2$/m);
    expect(out).toMatch(/^2 +b +m +anthropic-messages +ready +route "m"/m);
    expect(out).toMatch(/^b +m +of the route "m": it is for the team "data"$/m);
    expect(out).toMatch(/^b +night +of the route "m": it is for 22:00 to 06:00$/m);
    expect(out).not.toContain("by chance");
  });

  it("gives the same as JSON and as YAML", async () => {
    const found = await told("fast", ...DAY);
    expect(found).toMatchObject({ model: "fast", resolved: "m", error: null, byChance: false });
    expect(found.health).toEqual(
      ["a", "b"].map((provider) => ({
        provider,
        key: "default",
        model: "m",
        availableAtUs: null,
        why: null,
        firstTokenP50Ms: null,
      })),
    );
    expect(parse((await run("fast", ...DAY, "-o", "yaml")).out)).toEqual(found);
  });

  it.each<[string, string[], string]>([
    ["team", ["m", ...DAY, "--team", "data"], "b/m"],
    ["time", ["m", "--at", "2026-11-02T23:30"], "b/night"],
    ["key", ["m", ...DAY, "--as-key", "ci-builds"], "b/ci"],
    ["header", ["m", ...DAY, "--header", "X-Provider: b"], "b/m"],
    ["text", ["auto", "--text", "a zebra"], "b/x"],
    ["body", ["auto", "--wire", "messages", "--body", "body.json"], "b/auto"],
    ["surface", ["auto", "--surface", "responses"], "a/auto"],
    ["session, which keeps its variant", ["tested", "--session", "s-1"], "a/tested (only)"],
    ["nothing, where chance decides", ["drawn"], "by chance"],
  ])("takes what a request says: its %s", async (_, args, expected) => {
    const { plan, byChance } = await told(...args);
    const [target] = plan.targets;
    const variant = plan.variant === null ? "" : ` (${plan.variant})`;
    expect(byChance ? "by chance" : `${target?.provider}/${target?.model}${variant}`).toBe(expected);
  });

  it("holds a key to its scopes", async () => {
    const { code, out } = await run("m", "--as-key", "ci-builds", "--header", "x-provider=a");
    expect([code, out]).toEqual([1, expect.stringContaining("403 forbidden")]);
  });

  it("ends with 1 where nobody would be asked, and says what the client would be told", async () => {
    const { code, out, err } = await run("unheard-of");
    expect([code, err]).toEqual([1, ""]);
    expect(out).toContain("Nobody would be asked.");
    expect(out).toContain('404 model_not_found  No provider serves the model "unheard-of".');
  });

  it.each<[string[], number, string]>([
    [["m", "--wire", "morse"], 2, "openai-chat, openai-responses"],
    [["m", "--header", "nothing"], 2, "x-tier=gold"],
    [["m", "--text", "x", "--body", "y"], 2, "--body"],
    [["m", "--body", "missing.json"], 2, "missing.json cannot be read (ENOENT)"],
    [["m", "--as-key", "nobody"], 5, 'There is no client key "nobody"'],
    [[], 2, "missing required argument"],
  ])("refuses %j", async (args, code, message) => {
    const { code: found, err } = await run(...args);
    expect([found, err]).toEqual([code, expect.stringContaining(message)]);
  });
});

describe("beside a running gateway, gateway route explain", () => {
  it("says what is then done, and the log shows it", async () => {
    const { token } = await home.json<{ token: string }>(["admin", "api-keys", "create", "--name", "mine"]);
    const gateway = await startTestGateway({ dataDir: home.dataDir });
    try {
      const found = await told("loopback", "--as-key", token);
      const reply = await ask(gateway, token);
      const { requestId, plan } = await recordOf(reply);
      expect(found.plan).toEqual(plan);
      expect(plan?.targets).toMatchObject([{ provider: "loopback", reason: "the built-in loopback model" }]);
      expect((await home.run(["logs", requestId])).out).toContain("matched: the built-in model");
    } finally {
      await gateway.stop();
    }
  });
});

async function recordOf(reply: Response): Promise<ExchangeView> {
  const requestId = reply.headers.get("x-request-id") ?? "";
  for (;;) {
    const { code, out } = await home.run(["logs", requestId, "-o", "json"]);
    const record = code === 0 ? (JSON.parse(out) as ExchangeView) : null;
    if (record && record.outcome !== "open") return record;
  }
}
