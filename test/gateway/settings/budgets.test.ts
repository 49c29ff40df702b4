import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BudgetConfig, RateLimitConfig } from "../../../src-gateway/settings/budget-types.ts";
import { SettingsError } from "../../../src-gateway/settings/types.ts";
import { PATH, problemsOf, read } from "./config-file.ts";
import { settingsFolder } from "./settings-folder.ts";

const budgets = (text: string): BudgetConfig[] => read(`budgets:\n${text}`).budgets ?? [];
const rates = (text: string): RateLimitConfig[] => read(`rate_limits:\n${text}`).rateLimits ?? [];

describe("budgets in gateway.yaml", () => {
  it("need a name, somebody and a limit, and block at it by the month", () => {
    expect(budgets("- {id: a, per: user, limit: 12.5}")).toEqual([
      {
        id: "a",
        per: "user",
        kind: "hard",
        unit: "usd",
        limit: 12_500_000_000,
        window: { kind: "month", timeZone: "UTC" },
        thresholds: [{ percent: 100, action: "block" }],
        schedule: [],
        timeZone: "UTC",
        unpriced: "allow",
        where: `${PATH}:2`,
      },
    ]);
  });

  it("may say everything else", () => {
    const [whole, part] = budgets(`- { id: all, per: global, unit: tokens, limit: 100, window: 5h }
- id: part
  per: team
  only: [research]
  kind: burstable
  of: all
  unit: tokens
  limit: 40
  burst: 10
  window: 5h
  time_zone: Europe/Berlin
  unpriced: block
  at:
  - { percent: 100, do: ask, wait: 10m }
  - { percent: 80, do: downgrade, to: groq/small }
  schedule:
  - { time: "22:00-06:00", days: mon-fri, limit: 0 }
`);
    expect(whole?.window).toEqual({ kind: "rolling", seconds: 18_000 });
    expect(part).toMatchObject({
      only: ["research"],
      of: "all",
      burst: 10,
      unpriced: "block",
      timeZone: "Europe/Berlin",
      thresholds: [
        { percent: 80, action: "downgrade", to: "groq/small" },
        { percent: 100, action: "ask", waitMs: 600_000 },
      ],
      schedule: [{ time: [{ fromMinute: 1320, toMinute: 360 }], days: [1, 2, 3, 4, 5], limit: 0 }],
    });
  });

  it("stop by their kind, where nothing else is said", () => {
    const at = (kind: string, more = ""): string[] =>
      budgets(`- {id: a, per: user, limit: 1, kind: ${kind}${more}}`).flatMap(({ thresholds }) =>
        thresholds.map(({ percent, action }) => `${percent} ${action}`),
      );
    expect(at("soft")).toEqual(["100 warn"]);
    expect(at("pool")).toEqual(["80 notify", "95 notify", "100 notify", "100 block"]);
    expect(at("hard", ", at: [{percent: 50, do: warn}]")).toEqual(["50 warn", "100 block"]);
    expect(at("hard", ", at: [{percent: 110, do: block}]")).toEqual(["110 block"]);
    expect(budgets("- {id: a, per: global, kind: pool, limit: 1, from: 2026-11-01}")[0]?.window).toEqual({
      kind: "total",
      fromMs: Date.UTC(2026, 10, 1),
    });
  });

  const fine = "id: a, per: user, limit: 1";
  const whole = "- {id: all, per: global, limit: 10}\n- ";
  const part = "kind: reserved, of: all, limit: 4";
  it.each<[string, string, string, string]>([
    ["nothing but a name", "- {id: a}", "budgets[0].per", "is missing"],
    ["no limit", "- {id: a, per: user}", "budgets[0].limit", "is missing"],
    ["a wrong word", `- {${fine}, windw: day}`, "budgets[0]", '"windw" is not known'],
    ["a wrong scope", "- {id: a, per: usr, limit: 1}", "budgets[0].per", '"usr" is not allowed'],
    ["a negative limit", "- {id: a, per: user, limit: -1}", "budgets[0].limit", "is no number in range"],
    ["half a token", "- {id: a, per: user, unit: tokens, limit: 0.5}", "budgets[0].limit", "is no whole number"],
    ["a window of a second", `- {${fine}, window: 1s}`, "budgets[0].window", '"1s" is no window'],
    ["no such window", `- {${fine}, window: decade}`, "budgets[0].window", '"decade" is no window'],
    ["no such zone", `- {${fine}, time_zone: Mars/Base}`, "budgets[0].time_zone", '"Mars/Base" is no time zone'],
    ["a beginning of a month", `- {${fine}, from: 2026-11-01}`, "budgets[0].from", "means nothing to this window"],
    ["no such day", `- {${fine}, window: total, from: soon}`, "budgets[0].from", '"soon" is no day'],
    [
      "names for everybody",
      "- {id: a, per: global, only: [b], limit: 1}",
      "budgets[0].only",
      "means nothing to global",
    ],
    ["an id twice", `- {${fine}}\n- {${fine}}`, "budgets[1].id", "stands twice"],
    ["a name that is none", "- {id: a b, per: user, limit: 1}", "budgets[0].id", '"a b" is no name'],
    ["burst without use", `- {${fine}, burst: 1}`, "budgets[0].burst", "means nothing to hard"],
    ["of without use", `- {${fine}, of: b}`, "budgets[0].of", "means nothing to hard"],
    ["a threshold without deed", `- {${fine}, at: [{percent: 1}]}`, "budgets[0].at[0].do", "is missing"],
    ["a deed without aim", `- {${fine}, at: [{percent: 1, do: downgrade}]}`, "budgets[0].at[0].to", "is missing"],
    [
      "an aim without deed",
      `- {${fine}, at: [{percent: 1, do: warn, to: x}]}`,
      "budgets[0].at[0].to",
      "means nothing to warn",
    ],
    [
      "a long wait",
      `- {${fine}, at: [{percent: 1, do: ask, wait: 2h}]}`,
      "budgets[0].at[0].wait",
      '"2h" is no time to wait',
    ],
    [
      "a soft stop",
      `- {${fine}, kind: soft, at: [{percent: 1, do: block}]}`,
      "budgets[0].at[0].do",
      "block means nothing to soft",
    ],
    ["a schedule at no time", `- {${fine}, schedule: [{limit: 1}]}`, "budgets[0].schedule[0].time", "is missing"],
    [
      "a part of nothing",
      `${whole}{id: p, per: user, only: [u], kind: reserved, of: al, limit: 1}`,
      "budgets[1].of",
      '"al" is no budget',
    ],
    [
      "a part for unknowns",
      `${whole}{id: p, per: user, only: ["u*"], ${part}}`,
      "budgets[1].only",
      "does not name everybody",
    ],
    [
      "a part per key",
      `${whole}{id: p, per: key, only: [k], ${part}}`,
      "budgets[1].per",
      "nothing can be set aside per key",
    ],
    [
      "a part by the day",
      `${whole}{id: p, per: user, only: [u], ${part}, window: day}`,
      "budgets[1].window",
      'is another than that of "all"',
    ],
    [
      "too many parts",
      `${whole}{id: p, per: user, only: [u, v, w], ${part}}`,
      "budgets[1].limit",
      "all parts together are more",
    ],
    [
      "two parts for one",
      `${whole}{id: p, per: user, only: [u], ${part}}\n- {id: q, per: user, only: [U], ${part}}`,
      "budgets[2].only",
      "names somebody who has a part",
    ],
  ])("are refused with %s", (_, text, key, problem) => {
    const problems = problemsOf(`budgets:\n${text}`);
    const line = text.split("\n").length + 1;
    expect(problems).toContainEqual(
      expect.objectContaining({ key, problem: expect.stringContaining(problem) as string, where: `${PATH}:${line}` }),
    );
  });

  it("never make the reader fail otherwise, whatever stands there", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), fc.constantFrom("budgets", "rate_limits"), (json, list) => {
        expect(() =>
          problemsOf(`{"${list}": [${json}, {"id": ${json}, "per": ${json}, "at": ${json}}]}`),
        ).not.toThrow();
      }),
    );
  });
});

describe("rate limits in gateway.yaml", () => {
  it("are named by whom they are for, unless they have a name", () => {
    const text = `- { per: key, only: [ci, cd], requests_per_minute: 60, concurrent: 2 }
- { id: mine, per: address, tokens_per_minute: 1000, schedule: [{ days: sun, tokens_per_minute: 0 }] }`;
    expect(rates(text)).toMatchObject([
      { id: "key:ci:cd", per: "key", only: ["ci", "cd"], requestsPerMinute: 60, concurrent: 2 },
      { id: "mine", per: "address", tokensPerMinute: 1000, schedule: [{ days: [0], tokensPerMinute: 0 }] },
    ]);
  });

  it.each<[string, string, string, string]>([
    ["nobody", "- {concurrent: 1}", "rate_limits[0].per", "is missing"],
    ["no limit", "- {per: key}", "rate_limits[0]", "limits nothing"],
    ["half a request", "- {per: key, concurrent: 1.5}", "rate_limits[0].concurrent", "is no whole number"],
    ["the same twice", "- {per: key, concurrent: 1}\n- {per: key, concurrent: 2}", "rate_limits[1].id", "stands twice"],
  ])("are refused with %s", (_, text, key, problem) => {
    const problems = problemsOf(`rate_limits:\n${text}`);
    expect(problems).toContainEqual(
      expect.objectContaining({ key, problem: expect.stringContaining(problem) as string }),
    );
  });
});

describe("the address of Redis", () => {
  it("may be given itself, by the environment or by a file, and is never shown", () => {
    const url = "rediss://u:hunter2@redis.example:6380/1";
    const folder = settingsFolder({ "config/setting.ini": `redis_url = ${url}\nredis_wait_ms = 20` });
    const settings = folder.load();
    expect(settings.redis).toEqual({ url, waitMs: 20 });
    expect(JSON.stringify(settings.explained)).not.toContain("hunter2");
    const byEnvironment = settingsFolder({ "config/setting.ini": "redis_url = env:MY_REDIS" });
    expect(byEnvironment.load({ env: { MY_REDIS: url } }).redis).toEqual({ url, waitMs: 3 });
    const path = byEnvironment.write("secret", `${url}\n`);
    expect(byEnvironment.load({ env: { TOKLIGENCE_REDIS_URL: `file:${path}` } }).redis?.url).toBe(url);
  });

  it("is refused when it is none, without being repeated", () => {
    const folder = settingsFolder({ "config/setting.ini": "redis_url = http://u:hunter2@x" });
    expect(() => folder.load()).toThrow(SettingsError);
    expect(folder.problems()).toMatchObject([{ key: "redis_url", problem: "is no Redis address" }]);
    expect(JSON.stringify(folder.problems())).not.toContain("hunter2");
  });
});
