import { describe, expect, it } from "vitest";
import type { RouteConfig } from "../../../src-gateway/settings/route-types.ts";
import { PATH, problemsOf, read } from "./config-file.ts";

const providers = `providers:
- {id: openai, kind: openai}
- {id: groq, kind: groq}
`;
/** The first line of the text is line 4 of the file. */
const routes = (text: string): RouteConfig[] => read(providers + text).routes;

describe("a route", () => {
  it("may have several patterns, each of which is a route to the same targets", () => {
    const found = routes("routes:\n- {match: [gpt-*, '*-mini'], targets: [openai]}");
    expect(found.map(({ match, matches, where }) => [match, matches, where])).toEqual([
      ["gpt-*", ["gpt-*", "*-mini"], `${PATH}:5`],
      ["*-mini", ["gpt-*", "*-mini"], `${PATH}:5`],
    ]);
  });

  it("may name no model but say when it is meant", () => {
    const [route] = routes(`routes:
- when:
    surface: [chat, Messages]
    agent: claude-code
    key: laptop
    user: "*@example.org"
    team: research
    project: [web, shop]
    header: { X-Tier: [gold, silver] }
    time: ["22:00-06:00", "12:00 - 24:00"]
    days: [mon-fri, sunday]
    content: { tools: true, images: false, code_over: 0.3, code_under: 0.9, characters_over: 1000, characters_under: 2000, language: chinese, contains: deploy }
    field: { metadata.tier: gold, n: [1, true] }
  targets: [openai]
`);
    expect(route).toEqual({
      match: "*",
      anyModel: true,
      strategy: "single",
      targets: [{ provider: "openai" }],
      when: {
        surface: ["chat", "messages"],
        agent: ["claude-code"],
        key: ["laptop"],
        user: ["*@example.org"],
        team: ["research"],
        project: ["web", "shop"],
        header: { "x-tier": ["gold", "silver"] },
        time: [
          { fromMinute: 1320, toMinute: 360 },
          { fromMinute: 720, toMinute: 1440 },
        ],
        days: [0, 1, 2, 3, 4, 5],
        content: {
          tools: true,
          images: false,
          codeOver: 0.3,
          codeUnder: 0.9,
          charactersOver: 1000,
          charactersUnder: 2000,
          language: ["chinese"],
          contains: ["deploy"],
        },
        field: { "metadata.tier": ["gold"], n: [1, true] },
      },
      where: `${PATH}:5`,
    });
  });

  it("may have every strategy, groups in groups, and a policy of its own", () => {
    const [route] = routes(`routes:
- match: m
  strategy: ab
  stick_by: key
  strict: true
  retry: { attempts: 2, total_ms: 60000 }
  resend: true
  join: false
  targets:
  - variant: cheap
    weight: 9
    strategy: cheapest
    min_quality: 0.5
    targets:
    - { provider: openai, cost: 3, quality: 0.9 }
    - { provider: groq, model: x, cost: { input: 1, output: 2.5 }, quality: 0.4 }
  - variant: fast
    strategy: least-latency
    explore: 0.1
    targets: [openai, groq/y]
`);
    expect(route).toEqual({
      match: "m",
      strategy: "ab",
      stickBy: "key",
      strict: true,
      policy: { attempts: 2, totalMs: 60_000, resend: true, join: false },
      targets: [
        {
          variant: "cheap",
          weight: 9,
          strategy: "cheapest",
          minQuality: 0.5,
          targets: [
            { provider: "openai", cost: { input: 3, output: 3 }, quality: 0.9 },
            { provider: "groq", model: "x", cost: { input: 1, output: 2.5 }, quality: 0.4 },
          ],
        },
        {
          variant: "fast",
          strategy: "least-latency",
          explore: 0.1,
          targets: [{ provider: "openai" }, { provider: "groq", model: "y" }],
        },
      ],
      where: `${PATH}:5`,
    });
  });

  it("by content has conditions on the content alone", () => {
    const [route] = routes(
      "routes:\n- {match: m, strategy: content, targets: [{when: {images: true}, provider: openai}, groq]}",
    );
    expect(route?.targets[0]).toEqual({ provider: "openai", when: { content: { images: true } } });
  });
});

describe("a mistake in a route is refused with its line and the way to do it right:", () => {
  const target = "targets: [openai]";
  const group = (strategy: string, targets: string): string =>
    `routes:\n- match: m\n  strategy: ${strategy}\n  targets:\n${targets}`;

  it.each<[string, string, number, string, string, string]>([
    ["an empty list of patterns", `routes:\n- {match: [], ${target}}`, 5, "routes[0].match", "is an empty list", ""],
    [
      "a condition that says nothing",
      `routes:\n- {when: {}, ${target}}`,
      5,
      "routes[0].when",
      "says nothing",
      "allowed: surface, agent",
    ],
    [
      "a misspelt condition",
      `routes:\n- when: {agnet: codex}\n  ${target}`,
      5,
      "routes[0].when",
      '"agnet" is not known',
      "did you mean agent?",
    ],
    [
      "an unknown surface",
      `routes:\n- when:\n    surface: [chat, mesages]\n  ${target}`,
      6,
      "routes[0].when.surface[1]",
      '"mesages" is not allowed',
      "did you mean messages?",
    ],
    [
      "a time without an end",
      `routes:\n- when:\n    time: "22:00"\n  ${target}`,
      6,
      "routes[0].when.time",
      '"22:00" is no span of the day',
      'such as "22:00-06:00", in quotes',
    ],
    [
      "a time that YAML reads as a number",
      `routes:\n- when:\n    time: 2200\n  ${target}`,
      6,
      "routes[0].when.time",
      "must be a text on one line",
      "put it in quotes",
    ],
    [
      "an hour that there is not",
      `routes:\n- when: {time: "22:00-25:00"}\n  ${target}`,
      5,
      "routes[0].when.time",
      '"22:00-25:00" is no span of the day',
      "",
    ],
    [
      "an unknown day",
      `routes:\n- when: {days: [mon, xyz]}\n  ${target}`,
      5,
      "routes[0].when.days[1]",
      '"xyz" is no day of the week',
      "mon-fri",
    ],
    [
      "headers as a list",
      `routes:\n- when: {header: [x-a]}\n  ${target}`,
      5,
      "routes[0].when.header",
      "must be a map of names to values",
      "",
    ],
    [
      "an unknown language",
      `routes:\n- when: {content: {language: english}}\n  ${target}`,
      5,
      "routes[0].when.content.language",
      '"english" is not allowed',
      "allowed: latin",
    ],
    [
      "a share of code over 1",
      `routes:\n- when: {content: {code_over: 30}}\n  ${target}`,
      5,
      "routes[0].when.content.code_over",
      "is no number in range",
      "allowed: 0 to 1",
    ],
    [
      "a regular expression as long as a page",
      `routes:\n- when: {content: {contains: "${"(a+)+".repeat(60)}"}}\n  ${target}`,
      5,
      "routes[0].when.content.contains",
      "is too long for a pattern",
      "at most 200 characters",
    ],
    [
      "a condition where nothing looks at it",
      group("fallback", "  - {provider: openai, when: {agent: codex}}\n  - groq"),
      8,
      "routes[0].targets[0].when",
      "means nothing to fallback",
      "it belongs to targets of strategy: conditional or content",
    ],
    [
      "an option of another strategy",
      "routes:\n- match: m\n  explore: 0.1\n  targets: [openai, groq]",
      6,
      "routes[0].explore",
      "means nothing to fallback",
      "it belongs to strategy: least-latency",
    ],
    [
      "a branch that hides others",
      group("conditional", "  - openai\n  - {provider: groq, when: {agent: codex}}"),
      8,
      "routes[0].targets",
      "a target without when: hides those behind it",
      "only the last one may have none",
    ],
    [
      "two variants of one name",
      group("ab", "  - {provider: openai, variant: x}\n  - {provider: groq, variant: x}"),
      8,
      "routes[0].targets",
      '"x" stands for two variants',
      "give each its own variant: name",
    ],
    [
      "variants without a chance",
      group("ab", "  - {provider: openai, weight: 0}\n  - {provider: groq, weight: 0}"),
      8,
      "routes[0].targets",
      "every weight is 0",
      "at least one must be larger",
    ],
    [
      "a target without a cost",
      group("cheapest", "  - {provider: openai, cost: 1}\n  - groq"),
      8,
      "routes[0].targets",
      "a target has no cost",
      "such as cost: {input: 3, output: 15}",
    ],
    [
      "half a cost",
      group("cheapest", "  - {provider: openai, cost: {input: 1}}"),
      8,
      "routes[0].targets[0].cost.output",
      "is missing",
      "per million tokens",
    ],
    [
      "a quality that nobody has",
      "routes:\n- match: m\n  strategy: cheapest\n  min_quality: 0.9\n  targets:\n  - {provider: openai, cost: 1, quality: 0.5}",
      9,
      "routes[0].targets",
      "no target reaches min_quality",
      "lower it",
    ],
    [
      "a target of unknown quality",
      "routes:\n- match: m\n  strategy: cheapest\n  min_quality: 0.9\n  targets:\n  - {provider: openai, cost: 1}",
      9,
      "routes[0].targets",
      "a target has no quality",
      "min_quality needs it of each",
    ],
    [
      "an unknown provider in a group",
      group("fallback", "  - openai\n  - targets: [opnai]"),
      9,
      "routes[0].targets[1].targets[0]",
      '"opnai" is no configured provider',
      "did you mean openai?",
    ],
    [
      "a group and a provider in one",
      group("fallback", "  - {provider: openai, targets: [groq]}"),
      8,
      "routes[0].targets[0]",
      '"provider" is not known',
      "",
    ],
    [
      "bottomless groups",
      `routes:\n- {match: m, targets: [${"{targets: [".repeat(9)}openai${"]}".repeat(9)}]}`,
      5,
      `routes[0]${".targets[0]".repeat(7)}`,
      "is nested too deeply",
      "at most 6 groups in each other",
    ],
    [
      "half an attempt",
      `routes:\n- {match: m, ${target}, retry: {attempts: 1.5}}`,
      5,
      "routes[0].retry.attempts",
      "is no whole number",
      "allowed: 1 to 20",
    ],
    [
      "no attempt",
      `routes:\n- {match: m, ${target}, retry: {attempts: 0}}`,
      5,
      "routes[0].retry.attempts",
      "is no number in range",
      "allowed: 1 to 20",
    ],
    [
      "something that sticks to nothing known",
      "routes:\n- match: m\n  strategy: ab\n  stick_by: ip\n  targets: [openai, groq]",
      7,
      "routes[0].stick_by",
      '"ip" is not allowed',
      "allowed: session, key",
    ],
  ])("%s", (_, text, line, key, problem, hint) => {
    const problems = problemsOf(providers + text);
    expect(problems[0]).toMatchObject({ where: `${PATH}:${line}`, key, problem });
    expect(problems[0]?.hint).toContain(hint);
    expect(problems).toHaveLength(1);
  });
});
