import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Command, findCommands } from "../../src-renderer/components/palette/command.ts";
import { fuzzyScore } from "../../src-renderer/components/palette/fuzzy.ts";
import { isRequestId } from "../../src-renderer/components/palette/request-id.ts";

describe("what is typed", () => {
  it("is found at the start of the text before the start of a word, within one, and by its letters", () => {
    const scores = ["budgets", "my budgets", "outbudgets", "b u d g"].map((text) => fuzzyScore("budg", text) ?? 0);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(new Set(scores).size).toBe(4);
  });

  it("is found only when every word of it is, in whatever case and order", () => {
    expect(fuzzyScore("dark THEME", "Theme: dark")).not.toBeNull();
    expect(fuzzyScore("theme blue", "Theme: dark")).toBeNull();
    expect(fuzzyScore("  ", "anything")).toBe(0);
  });

  it("does not fit a long text by scattered letters", () => {
    expect(fuzzyScore("abc", `a${"-".repeat(40)}b c`)).toBeNull();
  });

  it("is always found in itself", () => {
    fc.assert(fc.property(fc.string(), (text) => fuzzyScore(text, text) !== null));
  });
});

describe("commands", () => {
  const command = (id: string, group: Command["group"], name: string, words = ""): Command => ({
    id,
    group,
    name,
    words,
    icon: "search",
    run: () => {},
  });
  const all = [
    command("usage", "pages", "Usage"),
    command("keys", "pages", "Keys"),
    command("use a", "providers", "Use openai by default"),
    command("shortcuts", "console", "Keyboard shortcuts"),
    command("sign out", "console", "Sign out", "leave"),
  ];
  const idsOf = (typed: string): string[] => findCommands(all, typed).map(({ id }) => id);

  it("are all there, in their order, while nothing is typed", () => {
    expect(idsOf("")).toEqual(["usage", "keys", "use a", "shortcuts", "sign out"]);
  });

  it("come by group, that of the best first, and the best of a group first", () => {
    expect(idsOf("key")).toEqual(["keys", "shortcuts"]);
    expect(idsOf("shortcuts")).toEqual(["shortcuts"]);
    expect(idsOf("openai")).toEqual(["use a"]);
  });

  it("are found by words that they do not show", () => {
    expect(idsOf("leave")).toEqual(["sign out"]);
    expect(idsOf("nothing like it")).toEqual([]);
  });
});

it("takes a request's id for one, with and without digits, and no word", () => {
  const ids = ["req_hodroyjyud", "req_h1", "req_hod", "trace-17", "4bf92f3577b34da6"];
  const words = ["budgets", "dark theme", "req_h", "use openai-2", "gpt-5"];
  expect([...ids, ...words].filter(isRequestId)).toEqual(ids);
});
