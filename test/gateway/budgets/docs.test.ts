import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  BUDGET_SCOPES,
  BUDGET_UNITS,
  QUOTA_KINDS,
  RATE_SCOPES,
  THRESHOLD_ACTIONS,
} from "../../../src-gateway/settings/budget-types.ts";
import { readConfigFile } from "../../../src-gateway/settings/read-config-file.ts";
import { projectRoot } from "../../tidy/project-files.ts";

const page = readFileSync(join(projectRoot, "docs/budgets.md"), "utf8");
const examples = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text = ""]) => text);
const known = { kinds: new Set<string>(), otherProviderIds: new Set<string>() };
const files = examples.map((text) => readConfigFile("docs", text, known));
const budgets = files.flatMap((file) => file.budgets ?? []);
const rates = files.flatMap((file) => file.rateLimits ?? []);

describe("docs/budgets.md", () => {
  it("shows YAML that can be used", () => {
    expect(examples.length).toBeGreaterThanOrEqual(5);
    expect(budgets.length).toBeGreaterThanOrEqual(10);
    expect(rates.length).toBeGreaterThanOrEqual(2);
  });

  it("shows every kind, every action and every sort of window", () => {
    expect(new Set(budgets.map(({ kind }) => kind))).toEqual(new Set(QUOTA_KINDS));
    const actions = budgets.flatMap(({ thresholds }) => thresholds.map(({ action }) => action));
    expect(new Set(actions)).toEqual(new Set(THRESHOLD_ACTIONS));
    expect(new Set(budgets.map(({ window }) => window.kind))).toEqual(
      new Set(["day", "week", "month", "rolling", "total"]),
    );
    expect(
      budgets.some(({ schedule }) => schedule.length > 0) && rates.some(({ schedule }) => schedule.length > 0),
    ).toBe(true);
  });

  it("names every scope, unit, kind and action", () => {
    for (const name of [...BUDGET_SCOPES, ...RATE_SCOPES, ...BUDGET_UNITS, ...QUOTA_KINDS, ...THRESHOLD_ACTIONS])
      expect(page).toContain(`\`${name}\``);
  });
});
