import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { CATALOGUE } from "../../../src-gateway/providers/catalogue.ts";
import { configFileSchema, configFileShape } from "../../../src-gateway/settings/config-schema.ts";
import { readConfigFile } from "../../../src-gateway/settings/read-config-file.ts";
import { SettingsError } from "../../../src-gateway/settings/types.ts";
import { projectRoot } from "../../tidy/project-files.ts";

const kinds = [...CATALOGUE.keys()];
const shape = configFileShape(kinds);
const accepts = (value: unknown): boolean => shape.safeParse(value).success;
const page = (path: string): string => readFileSync(join(projectRoot, path), "utf8");

interface JsonSchema {
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  additionalProperties?: unknown;
}
const schema = configFileSchema(kinds) as JsonSchema;

/** The members that an editor offers at a place; of several forms, those of all. */
function offered(path: readonly string[], from: JsonSchema = schema): string[] {
  const at = from.$ref ? (schema.$defs?.[from.$ref.split("/").at(-1) ?? ""] ?? {}) : from;
  const [step, ...rest] = path;
  const forms = at.anyOf ?? [];
  if (step === undefined)
    return [...new Set([...Object.keys(at.properties ?? {}), ...forms.flatMap((each) => offered([], each))])];
  const next = step === "[]" ? at.items : at.properties?.[step];
  return [...new Set([...(next ? offered(rest, next) : []), ...forms.flatMap((each) => offered(path, each))])];
}

/** The members that the reader says are allowed, when it is given one that nobody knows. */
function read(document: object): string[] {
  try {
    readConfigFile("/x/gateway.yaml", JSON.stringify(document), {
      kinds: new Set(kinds),
      otherProviderIds: new Set(["p"]),
    });
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    const found = error.problems.find(({ problem }) => problem === '"qqq" is not known');
    return /allowed: (.*)$/.exec(found?.hint ?? "")?.[1]?.split(", ") ?? [];
  }
  return [];
}

const bogus = { qqq: 1 };
const byName = (a: string, b: string): number => a.localeCompare(b);

describe("the schema of gateway.yaml", () => {
  it.each([
    [[], bogus],
    [["providers", "[]"], { providers: [{ id: "a", ...bogus }] }],
    [["providers", "[]", "credentials", "[]"], { providers: [{ id: "a", credentials: [bogus] }] }],
    [["routes", "[]"], { routes: [bogus] }],
    [["routes", "[]", "when"], { routes: [{ when: bogus }] }],
    [["routes", "[]", "when", "content"], { routes: [{ when: { content: bogus } }] }],
    [["routes", "[]", "retry"], { routes: [{ retry: bogus }] }],
    [["prices", "[]"], { prices: [bogus] }],
    [["prices", "[]", "tiers", "[]"], { prices: [{ tiers: [bogus] }] }],
    [["budgets", "[]"], { budgets: [bogus] }],
    [["budgets", "[]", "at", "[]"], { budgets: [{ at: [bogus] }] }],
    [["budgets", "[]", "schedule", "[]"], { budgets: [{ schedule: [bogus] }] }],
    [["rate_limits", "[]"], { rate_limits: [bogus] }],
    [["rate_limits", "[]", "schedule", "[]"], { rate_limits: [{ schedule: [bogus] }] }],
    [["hooks", "[]"], { hooks: [bogus] }],
    [["sign_in"], { sign_in: bogus }],
    [["sign_in", "oidc", "[]"], { sign_in: { oidc: [bogus] } }],
    [["sign_in", "oidc", "[]", "provision"], { sign_in: { oidc: [{ provision: bogus }] } }],
    [["sign_in", "oidc", "[]", "roles"], { sign_in: { oidc: [{ roles: bogus }] } }],
    [["sign_in", "tokens", "[]"], { sign_in: { tokens: [bogus] } }],
  ] as [string[], object][])("offers at %j what the reader takes there, and nothing else", (path, document) => {
    const names = read(document);
    expect(names.length).toBeGreaterThan(0);
    expect(offered(path).toSorted(byName)).toEqual(names.toSorted(byName));
  });

  it("accepts what is shipped and shown", () => {
    expect(accepts(parse(page("config/gateway.example.yaml")))).toBe(true);
    const shown = [
      "docs/configuration.md",
      "docs/routing.md",
      "docs/budgets.md",
      "docs/prices.md",
      "docs/hooks.md",
    ].flatMap((path) => [...page(path).matchAll(/```yaml\n(.*?)```/gs)].map(([, text = ""]) => ({ path, text })));
    const refused = shown.filter(({ text }) => {
      const value: unknown = parse(text);
      const isDocument = typeof value === "object" && value !== null && !Array.isArray(value);
      return isDocument && Object.keys(value).some((name) => name in (schema.properties ?? {})) && !accepts(value);
    });
    expect(shown.length).toBeGreaterThan(5);
    expect(refused).toEqual([]);
  });

  it.each([
    { provider: [] },
    { providers: [{ id: "a", kind: "opnai" }] },
    { providers: [{ id: "a", credentail: "env:X" }] },
    { providers: [{ id: "a", credential: "sk-clear" }] },
    { routes: [{ match: "x", target: ["a"] }] },
    { routes: [{ match: "x", targets: [{ provider: "a", wieght: 1 }] }] },
    { routes: [{ match: "x", targets: [{ targets: [{ provdier: "a" }] }] }] },
    { routes: [{ match: "x", targets: ["a"], strategy: "falback" }] },
    { default_provider: { "openai-chta": "a" } },
    { budgets: [{ id: "a", per: "usr", limit: 1 }] },
    { aliases: ["a"] },
  ])("rejects the slip %j", (document) => {
    expect(accepts(document)).toBe(false);
  });
});
