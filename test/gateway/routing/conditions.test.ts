import { describe, expect, it } from "vitest";
import type { Part, Turn } from "../../../src-gateway/ir/part.ts";
import { conditionWords, whyNot } from "../../../src-gateway/routing/conditions.ts";
import { contentFactsOf } from "../../../src-gateway/routing/content-facts.ts";
import { readField } from "../../../src-gateway/routing/read-field.ts";
import type { RouteCondition } from "../../../src-gateway/settings/route-types.ts";
import { factsOf } from "../../support/plan-input.ts";

type Facts = Parameters<typeof factsOf>[0];
const key = { id: 3, name: "laptop", user: "ann@example.org", team: "Research" };
const NIGHT = [{ fromMinute: 22 * 60, toMinute: 6 * 60 }];
/** 2026-03-04 is a Wednesday. */
const at = (hour: number, minute = 0, day = 4): number => Date.UTC(2026, 2, day, hour, minute);

describe("a condition", () => {
  it.each<[string, RouteCondition, Facts, boolean]>([
    ["surface", { surface: ["chat", "messages"] }, {}, true],
    ["another surface", { surface: ["messages"] }, {}, false],
    ["agent of any version", { agent: ["claude-code"] }, { agent: "claude-code/2.1" }, true],
    ["agent of one version", { agent: ["claude-code/2.*"] }, { agent: "claude-code/2.1" }, true],
    ["agent that only begins so", { agent: ["claude"] }, { agent: "claude-code/2.1" }, false],
    ["no agent", { agent: ["*"] }, {}, false],
    ["key, in any case", { key: ["LAP*"] }, { key }, true],
    ["no key", { key: ["*"] }, {}, false],
    ["user", { user: ["*@example.org"] }, { key }, true],
    ["team", { team: ["research"] }, { key }, true],
    ["no team", { team: ["*"] }, { key: { ...key, team: null } }, false],
    ["project", { project: ["web", "shop"] }, { project: "shop" }, true],
    ["header", { header: { "x-tier": ["gold", "silver"] } }, { headers: { "x-tier": "silver" } }, true],
    ["header that comes twice", { header: { "x-tier": ["gold"] } }, { headers: { "x-tier": ["tin", "gold"] } }, true],
    ["header that is there", { header: { "x-debug": ["*"] } }, { headers: { "x-debug": "" } }, true],
    ["header that is not there", { header: { "x-debug": ["*"] } }, {}, false],
    ["header with a name of Object", { header: { constructor: ["*"] } }, {}, false],
    ["all of several", { surface: ["chat"], agent: ["codex"] }, { agent: "codex/1" }, true],
    ["one of several not", { surface: ["chat"], agent: ["codex"] }, { agent: "pi/1" }, false],
    ["field", { field: { "metadata.tier": ["g*"] } }, { fields: { "metadata.tier": "gold" } }, true],
    ["field that is a number", { field: { n: [1, 2] } }, { fields: { n: 2 } }, true],
    ["field of another kind", { field: { n: [1] } }, { fields: { n: "1" } }, false],
    ["field that is not there", { field: { n: ["*"] } }, {}, false],
    ["tools", { content: { tools: true } }, { content: { hasTools: true } }, true],
    ["no images", { content: { images: false } }, { content: { hasImages: true } }, false],
    ["more characters", { content: { charactersOver: 10 } }, { content: { characters: 11 } }, true],
    ["not more characters", { content: { charactersOver: 10 } }, { content: { characters: 10 } }, false],
    ["fewer characters", { content: { charactersUnder: 10 } }, { content: { characters: 9 } }, true],
    ["code", { content: { codeOver: 0.3 } }, { content: { code: 0.4 } }, true],
    ["no code", { content: { codeUnder: 0.3 } }, { content: { code: 0.4 } }, false],
    ["letters", { content: { language: ["korean", "greek"] } }, { content: { language: "greek" } }, true],
    ["no letters", { content: { language: ["latin"] } }, { content: { language: null } }, false],
    ["a word", { content: { contains: ["deploy"] } }, { content: { lastUserText: "please DEPLOY it" } }, true],
    [
      "words in order",
      { content: { contains: ["deploy*prod"] } },
      { content: { lastUserText: "deploy to prod" } },
      true,
    ],
    [
      "words out of order",
      { content: { contains: ["prod*deploy"] } },
      { content: { lastUserText: "deploy to prod" } },
      false,
    ],
    ["a question mark", { content: { contains: ["why?"] } }, { content: { lastUserText: "whys" } }, false],
  ])("on %s", (_, condition, facts, expected) => {
    expect(whyNot(condition, factsOf(facts)) === null).toBe(expected);
  });

  it.each<[string, RouteCondition, number, boolean]>([
    ["within the day", { time: [{ fromMinute: 540, toMinute: 1020 }] }, at(9), true],
    ["its end is outside", { time: [{ fromMinute: 540, toMinute: 1020 }] }, at(17), false],
    ["before midnight", { time: NIGHT }, at(23, 59), true],
    ["behind midnight", { time: NIGHT }, at(5, 59), true],
    ["by day", { time: NIGHT }, at(12), false],
    ["on a day", { days: [3] }, at(0), true],
    ["on another day", { days: [4] }, at(23, 59), false],
    ["a night that began on Tuesday", { time: NIGHT, days: [2] }, at(3), true],
    ["a night that begins on Wednesday, before it", { time: NIGHT, days: [3] }, at(3), false],
    ["a night that began on Saturday", { time: NIGHT, days: [6] }, at(3, 0, 8), true],
    ["without a clock", { time: NIGHT }, Number.NaN, false],
  ])("on the time: %s", (_, condition, nowMs, expected) => {
    expect(whyNot(condition, factsOf({ nowMs })) === null).toBe(expected);
  });

  it("on the time goes by the operator's zone, also when clocks change", () => {
    const morning: RouteCondition = { time: [{ fromMinute: 480, toMinute: 540 }] };
    const holds = (nowMs: number) => whyNot(morning, factsOf({ nowMs, timeZone: "Europe/Berlin" })) === null;
    // Summer time began on 2026-03-29.
    expect([holds(Date.UTC(2026, 2, 28, 7, 30)), holds(Date.UTC(2026, 2, 29, 7, 30))]).toEqual([true, false]);
    expect(holds(Date.UTC(2026, 2, 29, 6, 30))).toBe(true);
  });

  it("is told without what headers, fields and texts should hold", () => {
    const secret = "s3cret";
    const condition: RouteCondition = {
      agent: ["codex"],
      header: { "x-a": [secret] },
      field: { b: [secret] },
      content: { contains: [secret] },
      time: NIGHT,
      days: [1, 5],
    };
    expect(conditionWords(condition)).toBe(
      'agent "codex", header "x-a", 22:00 to 06:00 on Monday, Friday, field "b", this content',
    );
    const open = factsOf({ agent: "codex/1", nowMs: at(23, 0, 2), headers: { "x-a": secret }, fields: { b: secret } });
    expect(whyNot(condition, open)).toBe("the text does not hold what it asks for");
  });
});

describe("what a request's text is like", () => {
  const text = (value: string): Part => ({ kind: "text", text: value });
  const user = (...parts: Part[]): Turn => ({ role: "user", parts });
  const facts = (...turns: Turn[]) => contentFactsOf({ turns, tools: [] });

  it.each([
    ["Wie geht es dir?", "latin"],
    ["Как дела, друг мой?", "cyrillic"],
    ["Τι κάνεις;", "greek"],
    ["كيف حالك", "arabic"],
    ["מה שלומך", "hebrew"],
    ["आप कैसे हैं", "devanagari"],
    ["สบายดีไหม", "thai"],
    ["请解释这段代码", "chinese"],
    ["このコードを説明してください", "japanese"],
    ["이 코드를 설명해 주세요", "korean"],
    ["请解释 createServer 这段代码", "chinese"],
    ["42?", null],
    ["", null],
  ])("is written in: %s", (value, expected) => {
    expect(facts(user(text(value))).language).toBe(expected);
  });

  it("tells code from prose", () => {
    const prose = "Could you have a look at why the numbers in the report do not add up?\nIt was fine last week.";
    const code = "function add(a, b) {\n  return a + b;\n}\nconst total = add(1, 2);\n// done";
    expect(facts(user(text(prose))).code).toBe(0);
    expect(facts(user(text(code))).code).toBeGreaterThan(0.9);
    expect(facts(user(text(`${prose}\n\`\`\`\nanything at all here\n\`\`\`\n`))).code).toBeCloseTo(0.2, 0);
    expect(facts(user(text("def area(r):\n    return math.pi * (r ** 2)\nimport math"))).code).toBeGreaterThan(0.6);
  });

  it("counts all characters, and sees tools and images also in results", () => {
    const image: Part = { kind: "image", blob: { url: "https://example.org/a.png" } };
    const result: Part = { kind: "result", id: "1", parts: [text("1234"), image], isError: false };
    expect(
      facts({ role: "system", parts: [text("12345")] }, user(text("ab"), result), user(text("last"))),
    ).toMatchObject({
      characters: 15,
      hasTools: true,
      hasImages: true,
      lastUserText: "last",
    });
    expect(contentFactsOf({ turns: [], tools: [{ kind: "function", name: "f" }] }).hasTools).toBe(true);
  });

  it("takes the user's last own words, not the results of tools behind them", () => {
    const result: Part = { kind: "result", id: "1", parts: [text("output")], isError: false };
    expect(facts(user(text("do it")), user(result)).lastUserText).toBe("do it");
  });

  it("costs the same for a long conversation", () => {
    const line = "aaaa ((((( {{{{ ,,,, \\ ".repeat(4_000);
    const turns = Array.from({ length: 200 }, () => user(text(line)));
    expect(facts(...turns).characters).toBe(200 * line.length);
  });
});

describe("a field of a body", () => {
  it("is found by its path and is nothing where there is none", () => {
    const body = { a: { b: [{ c: 1 }] }, x: null };
    expect(readField(body, "a.b.0.c")).toBe(1);
    expect(readField(body, "x")).toBeNull();
    for (const path of ["a.z", "x.y", "a.b.length.toFixed", "constructor", "__proto__"]) {
      expect(readField(body, path)).toBe(undefined);
    }
  });
});
