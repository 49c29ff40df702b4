import { describe, expect, it } from "vitest";
import { mayChoose } from "../../../src-gateway/auth/may-choose.ts";

describe("the scopes of a key", () => {
  it.each<[string[], string, boolean]>([
    [[], "openai", true],
    [["read", "chat"], "openai", true],
    [["provider:openai"], "openai", true],
    [["provider:openai"], "openai-work", false],
    [["provider:openai", "provider:groq"], "groq", true],
    [["provider:openai-*"], "openai-work", true],
    [["provider:openai-*"], "openai", false],
    [["provider:*"], "anything", true],
    [["provider:"], "openai", false],
  ])("%j for %s: %s", (scopes, provider, expected) => {
    expect(mayChoose(scopes, provider)).toBe(expected);
  });
});
