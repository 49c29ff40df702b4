import { beforeEach, expect, it } from "vitest";
import { createAffinity } from "../../../src-gateway/affinity/affinity.ts";

let nowUs = 0;
const clock = { nowUs: () => nowUs, monotonicUs: () => nowUs };
const home = { provider: "anthropic", key: "second", model: "claude-sonnet-4-5" };
const HOUR_US = 3_600_000_000;

beforeEach(() => {
  nowUs = 0;
});

it("knows no home of a conversation that was never answered", () => {
  expect(createAffinity({ clock }).homeOf("a")).toBeNull();
});

it("remembers where the last answer came from", () => {
  const affinity = createAffinity({ clock });
  affinity.settle("a", { ...home, key: "first" });
  affinity.settle("a", home);
  affinity.settle("b", { ...home, key: "third" });
  expect(affinity.homeOf("a")).toEqual(home);
});

it("forgets an hour after the last answer, whoever asked in between", () => {
  const affinity = createAffinity({ clock });
  affinity.settle("a", home);
  nowUs = HOUR_US - 1;
  expect(affinity.homeOf("a")).toEqual(home);
  affinity.settle("a", home);
  nowUs = 2 * HOUR_US - 2;
  expect(affinity.homeOf("a")).toEqual(home);
  nowUs = 2 * HOUR_US - 1;
  expect(affinity.homeOf("a")).toBeNull();
});

it("forgets first what was answered longest ago", () => {
  const affinity = createAffinity({ clock, maxConversations: 2 });
  affinity.settle("a", home);
  affinity.settle("b", home);
  affinity.settle("a", home);
  affinity.settle("c", home);
  expect(["a", "b", "c"].map((name) => affinity.homeOf(name) !== null)).toEqual([true, false, true]);
});
