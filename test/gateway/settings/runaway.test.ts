import { describe, expect, it } from "vitest";
import { settingsFolder } from "./settings-folder.ts";

const load = (env: Record<string, string>) => settingsFolder().load({ env }).runaway;

describe("what is done about agents that run in circles", () => {
  it("is as the operator says", () => {
    const env = {
      TOKLIGENCE_RUNAWAY: "Throttle",
      TOKLIGENCE_RUNAWAY_REPEATS: " 2, 6 ,6",
      TOKLIGENCE_RUNAWAY_TOKENS_PER_MINUTE: "900000",
    };
    expect(load(env)).toEqual({ mode: "throttle", repeats: [2, 6, 6], tokensPerMinute: 900_000 });
  });

  it("follows the earlier gateway's name where ours is not set", () => {
    expect(load({ TOKLIGENCE_DUPLICATE_TOOL_DETECTION: "true" }).mode).toBe("pause");
    expect(load({ TOKLIGENCE_DUPLICATE_TOOL_DETECTION: "false" }).mode).toBe("off");
    expect(load({ TOKLIGENCE_DUPLICATE_TOOL_DETECTION: "true", TOKLIGENCE_RUNAWAY: "warn" }).mode).toBe("warn");
  });

  it.each([
    "3",
    "3,4",
    "3,4,5,6",
    "1,2,3",
    "5,4,3",
    "3,4,51",
    "3,4,5x",
    "a,b,c",
    "3,,5",
    "3.5,4,5",
  ])("is refused with repetitions like %s", (text) => {
    const problems = settingsFolder().problems({ env: { TOKLIGENCE_RUNAWAY_REPEATS: text } });
    expect(problems.map(({ key }) => key)).toEqual(["runaway_repeats"]);
  });
});
