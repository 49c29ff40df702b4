import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SETTINGS } from "../../src-gateway/settings/setting-table.ts";
import { LANGUAGES } from "../../src-renderer/i18n/languages.ts";
import { createSentenceTable } from "../../src-renderer/i18n/sentence-table.ts";
import { gatewaySentences } from "./gateway-sentences.ts";

/** Said to models, to files, to terminals; or names that every language writes as they are. */
const NOT_SHOWN = new Set([
  "idempotent answer\n{{0}}\n{{1}}",
  "GitHub Copilot in VS Code",
  "{{0}} (Tokligence)",
  "Gemini generateContent",
  "/Library/Application Support/opencode",
  "# Taken in from another gateway.\n{{0}}\n",
  "text/event-stream, application/json",
  "{{0}}, more",
  "[A tool result without its call:]",
  "The tool was not run; it gave no result.",
  "id status type object index phase caller role displayName display_name",
  "tool result[type={{0}}]",
  "The tool {{0}} can be called now.",
  " that fits this JSON Schema: {{0}}",
  "Answer with one JSON object{{0}} and nothing else: no explanation, no code fence.",
  "\n\nThe text must follow this {{0}} grammar:\n{{1}}",
  "The whole input of the tool, as plain text.",
  "Go on exactly where your last message ended, without repeating it.",
  "[Attached by the tool {{0}}:]",
  "See the attachment that follows.",
  "Error: {{0}}",
  "\\ The last line ends differently.",
  "{{0}}; kind={{1}}; count={{2}}; id={{3}}",
  "probe of the gateway",
  "seal key\n",
  "link {{0}}",
  "link {{0}}.{{1}}.{{2}}",
  "mail {{0}} {{1}}",
  "what sign-in seals",
  "tokligence-export 1",
]);

const blanks = (text: string): Set<string> => new Set(text.match(/\{\{\d+\}\}/g));

const translations = Object.entries(LANGUAGES).flatMap(([code, { loadGatewayWords }]) =>
  loadGatewayWords === null ? [] : [{ code, load: loadGatewayWords }],
);

describe.each(translations)("what the gateway says, in $code", ({ load }) => {
  it("is there for every sentence of its sources", async () => {
    const { said } = await load();
    const missing = gatewaySentences().filter(({ text }) => !Object.hasOwn(said, text) && !NOT_SHOWN.has(text));
    expect(missing, "say these in said.json of the language, or list them as not shown here").toEqual([]);
  });

  it("fills in nothing that was not said", async () => {
    const { said } = await load();
    const wrong = Object.entries(said).filter(([text, words]) =>
      [...blanks(words)].some((each) => !blanks(text).has(each)),
    );
    expect(wrong).toEqual([]);
  });

  it("is there for every setting that has an effect", async () => {
    const { abouts } = await load();
    const keys = SETTINGS.filter(({ hasEffect }) => hasEffect).map(({ key }) => key);
    expect(Object.keys(abouts).toSorted()).toEqual(keys.toSorted());
  });

  it("is there for every standard value that is told in words", async () => {
    const { said } = await load();
    const standards = SETTINGS.flatMap(({ standard }) => standard ?? []);
    const inWords = standards.filter((text) => /[a-z]{2} [a-z]{2}/.test(text) && !text.includes(","));
    expect(inWords.filter((text) => !Object.hasOwn(said, text))).toEqual([]);
  });

  it("takes anything", async () => {
    const { said } = await load();
    const table = createSentenceTable(said);
    const words = fc.array(
      fc.constantFrom(...Object.keys(said).slice(0, 200), "; ", ". ", "\n", '"', "{{0}}", "$&", "x"),
    );
    fc.assert(
      fc.property(words, (parts) => {
        const text = parts.join("").slice(0, 400);
        return typeof (table(text) ?? "") === "string";
      }),
      { numRuns: 50 },
    );
  });
});

describe("what the gateway says, in Chinese", () => {
  const inChinese = async (text: string): Promise<string | null> => {
    const { said } = await LANGUAGES.zh.loadGatewayWords();
    return createSentenceTable(said)(text);
  };

  it.each([
    ["There is no user 42.", "没有用户 42。"],
    [
      'The provider "openai" cannot be reached: the connection was refused. Check its base URL and the network.',
      "无法连接服务商 “openai”：连接被拒绝。请检查其基础地址和网络。",
    ],
    [
      'The budget "dev" of the team "core" is used up: $5.00 of $5.00 spent. It has room again on 2026-11-22T00:00:00Z, or when somebody raises the limit of "dev".',
      "团队 “core” 的预算 “dev” 已用尽：已用 $5.00，上限 $5.00。它将在 2026-11-22T00:00:00Z 恢复余额，或在有人调高 “dev” 的上限之后。",
    ],
    ['the route "gpt-*", target 2 of 3: costs about 0.02', "路由 “gpt-*”，第 2 个目标，共 3 个：费用约为 0.02"],
    [
      'the provider in the name, "openai"; not now: "gpt-5" at "openai" is left alone because it failed 5 times in a row; for another 8.1 s',
      "名称中的服务商 “openai”；目前不可用：暂不使用 “openai” 的 “gpt-5”，因为它连续失败 5 次；还需 8.1 s",
    ],
    ['route "qwen*" (single), target 1 of 1; try 2', "路由 “qwen*”（single），第 1 个目标，共 1 个；第 2 次尝试"],
    ["tools[].strict has no counterpart; the schema is sent.", "tools[].strict 没有对应项；已发送其模式。"],
    ["allowed: anthropic, openai", "允许：anthropic, openai"],
    ["did you mean openai? allowed: anthropic, openai", "您是指 openai 吗？允许：anthropic, openai"],
    ["env TOKLIGENCE_HOST", "环境变量 TOKLIGENCE_HOST"],
  ])("%s", async (text, words) => {
    expect(await inChinese(text)).toBe(words);
  });

  it("leaves a provider's own words as they are", async () => {
    expect(await inChinese("Your credit balance is too low to access the API.")).toBeNull();
  });
});
