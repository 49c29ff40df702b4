import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../../src-gateway/ir/json.ts";
import { openaiChatCodec as codec } from "../../../../src-gateway/protocols/openai-chat/codec.ts";
import { chatTarget, encodeContext, encodeTarget } from "./codec-setup.ts";

const folder = fileURLToPath(new URL("../../../fixtures/openai-chat/", import.meta.url));
const read = (name: string): JsonObject => JSON.parse(readFileSync(folder + name, "utf8")) as JsonObject;
const named = (ending: string): string[] => readdirSync(folder).filter((name) => name.endsWith(ending));

const roundTrip = (json: JsonObject): JsonObject => {
  const request = codec.decodeRequest(json, chatTarget);
  return codec.encodeRequest(structuredClone(request), encodeTarget({ model: request.model }));
};

describe("a request that goes home", () => {
  it.each(named(".request.json"))("is the same as it was: %s", (name) => {
    expect(roundTrip(read(name))).toStrictEqual(read(name));
  });

  it.each([
    { stream: true },
    { stream: false },
    { stream: null },
    { stream: true, stream_options: { include_usage: true } },
    { stream: true, stream_options: { include_usage: false, include_obfuscation: false } },
    { stream: true, stream_options: null },
  ])("keeps what it says of streaming: %j", (fields) => {
    const json = { model: "m", messages: [{ role: "user", content: "x" }], ...fields };
    expect(roundTrip(json)).toStrictEqual(json);
  });

  it.each([
    { prompt: "Once" },
    { prompt: ["a", "b"] },
    { prompt: "x", logprobs: 3, echo: true },
  ])("keeps the prompt of a completion: %j", (fields) => {
    const json = { model: "m", ...fields };
    const request = codec.decodeRequest(json, { ...chatTarget, surface: "completions" });
    expect(codec.encodeRequest(request, encodeTarget({ model: "m" }))).toStrictEqual(json);
  });
});

describe("an answer that goes home", () => {
  it.each(named(".answer.json"))("is the same as it was, but for id, time and model: %s", (name) => {
    const json = read(name);
    const context = encodeContext({ createdAt: 1_795_000_000, model: "m-2026-11" });
    expect(codec.encodeAnswer(structuredClone(codec.decodeAnswer(json)), context)).toEqual({
      ...json,
      id: "chatcmpl-7",
    });
  });
});
