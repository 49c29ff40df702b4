import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hideInUrl, looksLikeKey, quote } from "../../../src-gateway/settings/secret-text.ts";
import { SETTINGS } from "../../../src-gateway/settings/setting-table.ts";
import { SettingsError } from "../../../src-gateway/settings/types.ts";
import { problemsOf } from "./config-file.ts";
import { settingsFolder } from "./settings-folder.ts";

const CANARY = "c4n4ry";
const KEYS = [
  `sk-proj-${CANARY}0123456789`,
  `tok_${CANARY}0123456789`,
  `AIzaSy${CANARY}0123456789`,
  `Bearer ${CANARY}0123456789`,
  `${CANARY}0123456789abcdefABCDEF0123456789`,
];

describe("a key that was put into any setting", () => {
  const places = SETTINGS.flatMap(({ key, env }) => [
    { place: `INI ${key}`, ini: (value: string) => `${key} = ${value}`, env: () => ({}) },
    { place: `env ${env}`, ini: () => "", env: (value: string) => ({ [env]: value }) },
  ]);
  it.each(KEYS.filter(looksLikeKey))("is in no problem, notice or explanation: %s", (secret) => {
    const leaks: string[] = [];
    const folder = settingsFolder();
    for (const { place, ini, env } of places) {
      folder.write("config/setting.ini", ini(secret));
      const said: string[] = [];
      try {
        const { notices, explained } = folder.load({ env: env(secret) });
        said.push(JSON.stringify(notices), JSON.stringify(explained));
      } catch (error) {
        if (!(error instanceof SettingsError)) throw error;
        said.push(error.message, JSON.stringify(error.problems));
      }
      if (said.join().includes(CANARY)) leaks.push(place);
    }
    expect(leaks).toEqual([]);
  });

  it("is hidden in addresses of databases and providers, however it is written", () => {
    const folder = settingsFolder();
    for (const url of [
      `postgres://u:${CANARY}@h/d`,
      `postgres://u:${CANARY}/x@h/d`,
      `postgres://u:a@${CANARY}@h/d`,
      `postgresql://h/d?password=${CANARY}`,
    ]) {
      const env = { TOKLIGENCE_LEDGER_PATH: url };
      const problems = folder.problems({ env });
      expect(JSON.stringify(problems.length > 0 ? problems : folder.load({ env }).explained)).not.toContain(CANARY);
    }
  });

  it("stands in no message about a line that is none, or a name that nobody knows", () => {
    const folder = settingsFolder({ "config/setting.ini": `${KEYS[0]}\n${KEYS[1]} = 1\n` });
    expect(JSON.stringify(folder.problems())).not.toContain(CANARY);
    const other = settingsFolder({ "config/setting.ini": `${KEYS[1]} = 1\n${KEYS[1]} = 2` });
    expect(JSON.stringify(other.load().notices)).not.toContain(CANARY);
  });
});

describe("a key anywhere in gateway.yaml", () => {
  const messageOf = (text: string): string => JSON.stringify(problemsOf(text));
  const template =
    "providers:\n  - id: a\n    kind: openai\n    base_url: http://x/v1\n    headers: {x-a: b}\n    options: {c: [d]}\nroutes:\n  - match: e\n    strategy: single\n    targets: [{provider: a, model: f, weight: 1}]\naliases: {g: h}\n";

  it("is in no message, whatever is broken around it", () => {
    const cut = fc.nat({ max: template.length });
    const noise = fc.constantFrom(
      "",
      "{",
      "}",
      "[",
      "]",
      '"',
      "'",
      "*",
      "&",
      "!",
      "@",
      "%",
      ":",
      " : ",
      "\n",
      "\t",
      "- ",
      "? ",
      "# ",
      "|",
      ">",
    );
    fc.assert(
      fc.property(cut, cut, noise, noise, fc.constantFrom(...KEYS), (from, length, before, after, secret) => {
        const text = `${template.slice(0, from)}${before}${secret}${after}${template.slice(from + (length % 12))}`;
        expect(messageOf(text)).not.toContain(CANARY);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("what is quoted", () => {
  it.each([
    ["gpt-5", '"gpt-5"'],
    ["claude-sonnet-4-5-20250929", '"claude-sonnet-4-5-20250929"'],
    ["a\nb\u001b[31m", '"a b [31m"'],
    ["x".repeat(80), `"${"x".repeat(60)}…"`],
    ["https://u:p@h/?k=v", '"https://(hidden)@h/?(hidden)"'],
    ["my sk-0123456789", '"(hidden)"'],
  ])("%j is %s", (text, quoted) => expect(quote(text)).toBe(quoted));

  it("is never longer than a line", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
        expect(quote(text)).not.toMatch(/[\r\n]/);
        expect(quote(text).length).toBeLessThanOrEqual(63);
      }),
    );
  });

  it("an address without secrets is shown whole", () => {
    expect(hideInUrl("https://api.example.com/v1")).toBe("https://api.example.com/v1");
    expect(hideInUrl("a@b.example")).toBe("a@b.example");
    expect(["desk-lamp-model", "task-runner", "gpt-5", "mistok_x"].filter(looksLikeKey)).toEqual([]);
  });
});
