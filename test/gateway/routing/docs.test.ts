import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fits } from "../../../src-gateway/lib/patterns.ts";
import { CATALOGUE } from "../../../src-gateway/providers/catalogue.ts";
import { readConfigFile } from "../../../src-gateway/settings/read-config-file.ts";
import { isGroup, ROUTE_STRATEGIES, type RouteNode } from "../../../src-gateway/settings/route-types.ts";
import { projectRoot } from "../../tidy/project-files.ts";
import { settingsFolder } from "../settings/settings-folder.ts";

const page = (path: string): string => readFileSync(join(projectRoot, path), "utf8");
const blocksOf = (text: string, language: string): string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(([, block = ""]) => block);

const routing = page("docs/routing.md");
const known = {
  kinds: new Set(CATALOGUE.keys()),
  otherProviderIds: new Set([
    "anthropic",
    "anthropic-work",
    "gemini",
    "groq",
    "my-vllm",
    "ollama",
    "openai",
    "openai-work",
  ]),
};
const load = (text: string) => readConfigFile("docs", text, known);

describe("docs/routing.md", () => {
  const examples = blocksOf(routing, "yaml");
  const routes = examples.flatMap((text) => load(text).routes);

  it("shows YAML that can be used, and so does the README", () => {
    expect(examples.length).toBeGreaterThanOrEqual(12);
    const others = blocksOf(page("README.md"), "yaml");
    expect(others.some((text) => text.includes("strategy:"))).toBe(true);
    for (const text of others) expect(() => load(text)).not.toThrow();
  });

  it("shows an example of every strategy, and names each in the table", () => {
    const strategiesIn = (node: RouteNode): string[] =>
      isGroup(node) ? [node.strategy, ...node.targets.flatMap(strategiesIn)] : [];
    expect(new Set(routes.flatMap(strategiesIn))).toEqual(new Set(ROUTE_STRATEGIES));
    for (const strategy of ROUTE_STRATEGIES) expect(routing).toContain(`\n| \`${strategy}\` | `);
  });

  it("shows every condition", () => {
    const shown = routes.map(({ when }) => when ?? {}).find((when) => Object.keys(when).length > 5);
    const conditions = [
      "agent",
      "content",
      "days",
      "field",
      "header",
      "key",
      "project",
      "surface",
      "team",
      "time",
      "user",
    ];
    expect(Object.keys(shown ?? {}).toSorted()).toEqual(conditions);
  });

  it("says what patterns fit", () => {
    const rows = [...routing.matchAll(/^\| [a-z ]+ \| `"?([^`"[]+)"?` \| (`.*) \|$/gm)];
    const forms = rows.flatMap(([, pattern = "", names = ""]) =>
      [...names.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => [pattern, name] as const),
    );
    const tried = forms.filter(([pattern]) => /^(?:gpt|claude|openai|\*)/.test(pattern));
    expect(tried.length).toBeGreaterThanOrEqual(8);
    expect(tried.filter(([pattern, name]) => !fits(pattern, name))).toEqual([]);
  });

  it("shows pairs that can be used", () => {
    const [text = ""] = blocksOf(routing, "ini");
    const folder = settingsFolder({ "config/setting.ini": text });
    const settings = folder.load({ env: { OPENAI_API_KEY: "sk-1", ANTHROPIC_API_KEY: "sk-2" } });
    expect(settings.inline.routes.map(({ match, targets }) => [match, targets])).toEqual([
      ["gpt-*", [{ provider: "openai" }]],
      ["claude-*", [{ provider: "anthropic" }]],
    ]);
  });
});
