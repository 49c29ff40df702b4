import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CATALOGUE } from "../../../src-gateway/providers/catalogue.ts";
import { resolveInstances } from "../../../src-gateway/providers/instances.ts";
import { readConfigFile } from "../../../src-gateway/settings/read-config-file.ts";
import { SETTINGS } from "../../../src-gateway/settings/setting-table.ts";
import { PREFIXES_WITHOUT_EFFECT } from "../../../src-gateway/settings/settings-without-effect.ts";
import { projectRoot } from "../../tidy/project-files.ts";
import { describeSetting } from "./describe-setting.ts";
import { settingsFolder } from "./settings-folder.ts";

const shipped = (path: string): string => readFileSync(join(projectRoot, path), "utf8");
const known = { kinds: new Set(CATALOGUE.keys()), otherProviderIds: new Set<string>() };
/** Every setting that is only shown, made. */
const uncommented = (text: string): string => text.replaceAll(/^# (\w+ =)/gm, "$1");
const byName = (a: string, b: string): number => a.localeCompare(b);
const OVERLAYS = ["dev", "test", "live"];

describe("the shipped INI files", () => {
  it.each(OVERLAYS)("change nothing as they are, in %s", (environment) => {
    const folder = settingsFolder({ "config/setting.ini": shipped("config/setting.ini") });
    for (const name of OVERLAYS) folder.write(`config/${name}/gateway.ini`, shipped(`config/${name}/gateway.ini`));
    const env = { TOKLIGENCE_ENV: environment };
    expect({ ...folder.load({ env }), explained: [] }).toEqual({
      ...settingsFolderLike(folder.homeDir).load({ env }),
      explained: [],
    });
  });

  it("show in setting.ini every setting that has an effect, with its standard", () => {
    const text = uncommented(shipped("config/setting.ini"));
    const effective = SETTINGS.filter(({ hasEffect }) => hasEffect).map(({ key }) => key);
    const shown = [...text.matchAll(/^(\w+) =/gm)].map(([, key = ""]) => key);
    expect(shown.toSorted(byName)).toEqual(effective.toSorted(byName));
    const folder = settingsFolder({ "config/setting.ini": text });
    expect({ ...folder.load(), explained: [] }).toEqual({
      ...settingsFolderLike(folder.homeDir).load(),
      explained: [],
    });
  });

  it.each(OVERLAYS)("show in %s/gateway.ini only lines that can be used", (name) => {
    const folder = settingsFolder({ "config/setting.ini": `environment = ${name}` });
    const path = folder.write(`config/${name}/gateway.ini`, uncommented(shipped(`config/${name}/gateway.ini`)));
    // The example of a secret's place is on no test machine.
    const problems = folder.problems().filter(({ problem }) => problem !== "its file cannot be read");
    expect(problems).toEqual([]);
    expect(readFileSync(path, "utf8")).toMatch(/^\w+ = /m);
  });
});

describe("gateway.example.yaml", () => {
  it("can be used as it is", () => {
    const { providers, routes, aliases } = readConfigFile(
      "gateway.yaml",
      shipped("config/gateway.example.yaml"),
      known,
    );
    expect(resolveInstances(providers, CATALOGUE).problems).toEqual([]);
    expect([providers.length, routes.length, Object.keys(aliases).length]).toEqual([4, 3, 1]);
  });
});

describe("docs/configuration.md", () => {
  const page = shipped("docs/configuration.md");

  it("has a line for every setting, as the table in the program says it", () => {
    const lines = new Set(page.split("\n"));
    expect(SETTINGS.map(describeSetting).filter((line) => !lines.has(line))).toEqual([]);
    for (const prefix of PREFIXES_WITHOUT_EFFECT) expect(page).toContain(`\`${prefix}\``);
  });

  it("has no line for a setting that does not exist", () => {
    const names = [...page.matchAll(/^\| `(\w+)` \| `TOKLIGENCE_/gm)].map(([, key = ""]) => key);
    expect(names.toSorted(byName)).toEqual(SETTINGS.map(({ key }) => key).toSorted(byName));
  });

  it("shows YAML that can be used", () => {
    const examples = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text = ""]) => text);
    expect(examples.length).toBeGreaterThanOrEqual(4);
    const others = { ...known, otherProviderIds: new Set(["anthropic-work", "my-vllm", "openai", "openai-work"]) };
    for (const text of examples) {
      const { providers } = readConfigFile("docs", text, others);
      expect(resolveInstances(providers, CATALOGUE).problems).toEqual([]);
    }
  });

  it("quotes refusals as they are", () => {
    const text = `${"\n".repeat(11)}facade_port = 80801`;
    const folder = settingsFolder({ "config/setting.ini": text });
    const thrown = (): unknown => folder.load({ env: { TOKLIGENCE_LOG_LEVEL: "loud" } });
    const quoted = /```text\n([\s\S]*?)\n```/.exec(page)?.[1]?.split("\n") ?? [];
    expect(quoted).toHaveLength(2);
    for (const line of quoted) expect(thrown).toThrow(line);
  });
});

/** A folder without files whose home is another one's, so that standards can be compared. */
function settingsFolderLike(homeDir: string) {
  const bare = settingsFolder();
  return { load: (input: Parameters<typeof bare.load>[0] = {}) => bare.load({ homeDir, ...input }) };
}
