import { describe, expect, it } from "vitest";
import { keyPriority } from "../../../src-gateway/auth/key-priority.ts";
import { priorityOf } from "../../../src-gateway/limits/priority.ts";

describe("a key's priority", () => {
  it.each([
    [[], null],
    [["provider:openai"], null],
    [["priority:7"], 7],
    [["priority:7", "priority:3"], 3],
    [["priority:12"], null],
    [["priority:"], null],
  ])("is read from its scopes: %j", (scopes, expected) => expect(keyPriority(scopes)).toBe(expected));

  it("holds where the client asks for nothing or for a better one, and not where it asks for less", () => {
    const level = keyPriority(["priority:7"]);
    expect(priorityOf({}, level)).toBe(7);
    expect(priorityOf({ "x-priority": "0" }, level)).toBe(7);
    expect(priorityOf({ "x-priority": "P9" }, level)).toBe(9);
  });
});
