import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../../src-gateway/ir/json.ts";
import { geminiContentCodec as codec } from "../../../../src-gateway/protocols/gemini-content/codec.ts";
import type { EncodeContext, RequestTarget } from "../../../../src-gateway/protocols/types.ts";

const FOLDER = new URL("../../../fixtures/gemini-content/", import.meta.url);
const readFixture = (name: string): JsonObject => JSON.parse(readFileSync(new URL(name, FOLDER), "utf8"));
const fixtures = (suffix: string): string[] => readdirSync(FOLDER).filter((name) => name.endsWith(suffix));

const REQUEST_TARGET: RequestTarget = {
  surface: "gemini",
  pathModel: "gemini-3-pro",
  pathMethod: "generateContent",
  query: "",
};
const TARGET = { model: "gemini-3-pro", profile: {}, compat: new Set<string>() };
const CONTEXT: EncodeContext = {
  surface: "gemini",
  exchangeId: 977,
  createdAt: 0,
  model: "g-2026-11",
  wantsUsage: true,
  framing: "sse",
};

describe("what Gemini's own wire decodes, it encodes to the same JSON", () => {
  it.each(fixtures(".request.json"))("%s", (name) => {
    const request = readFixture(name);
    expect(codec.encodeRequest(codec.decodeRequest(readFixture(name), REQUEST_TARGET), TARGET)).toStrictEqual(request);
  });

  it.each(fixtures(".answer.json"))("%s", (name) => {
    const { responseId: _, ...answer } = readFixture(name);
    const { responseId, ...encoded } = codec.encodeAnswer(codec.decodeAnswer(readFixture(name)), CONTEXT);
    expect(encoded).toStrictEqual(answer);
    expect(responseId).toBe("r5");
  });
});
