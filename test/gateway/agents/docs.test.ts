import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { RECIPES } from "../../../src-gateway/agents/recipes/recipes.ts";
import { CONNECTABLE } from "../../agents/connectable.ts";
import { describeAgents } from "../../support/describe-agents.ts";

const page = readFileSync(new URL("../../../docs/agents.md", import.meta.url), "utf8");

describe("docs/agents.md", () => {
  it("lists the agents as they are", () => {
    expect(RECIPES.length).toBeGreaterThanOrEqual(16);
    expect(page, "run `node test/support/describe-agents.ts`").toContain(describeAgents());
  });

  it("names those that are really run", () => {
    const sentence = /^(Claude Code, .*?) are installed from npm/m.exec(page)?.[1] ?? "";
    const named = CONNECTABLE.map(({ id }) => RECIPES.find((recipe) => recipe.id === id)?.title ?? id);
    expect(sentence.split(/, | and /).sort()).toEqual(named.sort());
  });
});
