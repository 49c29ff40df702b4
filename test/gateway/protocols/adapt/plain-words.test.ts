import { describe, expect, it } from "vitest";
import type { IrAnswer } from "../../../../src-gateway/ir/answer.ts";
import type { JsonObject } from "../../../../src-gateway/ir/json.ts";
import type { Part } from "../../../../src-gateway/ir/part.ts";
import { streamAnswer, translateAnswer } from "../../../support/translate.ts";

const answer = (parts: Part[], serviceTier?: string): IrAnswer => ({
  id: "a",
  model: "m",
  parts,
  finish: { reason: "stop", raw: "x" },
  usage: null,
  ...(serviceTier === undefined ? {} : { serviceTier }),
});
const message = (json: JsonObject): JsonObject => (json["choices"] as { message: JsonObject }[])[0]?.message ?? {};

describe("an answer for a client of another wire", () => {
  it("cites in the client's words alone", () => {
    const home = { type: "web_search_result_location", encrypted_index: "E" };
    const cited = answer([
      { kind: "text", text: "Old.", citations: [{ url: "https://example.org", title: "T", home }] },
    ]);
    const annotation = {
      type: "url_citation",
      url_citation: { url: "https://example.org", title: "T", start_index: 0, end_index: 4 },
    };
    const whole = translateAnswer(cited, "anthropic-messages", "openai-chat");
    expect(message(whole)["annotations"]).toEqual([annotation]);
    const stream = streamAnswer(cited, "anthropic-messages", "openai-chat").toString();
    expect(stream).toContain(JSON.stringify({ annotations: [annotation] }));
  });

  it("keeps messages apart that stand behind each other, and their citations in place", () => {
    const said = answer([
      { kind: "text", text: "I look." },
      { kind: "text", text: "Old.", citations: [{ url: "https://example.org", start: 0, end: 3 }] },
      { kind: "call", id: "c", name: "f", args: "{}" },
      { kind: "text", text: "" },
      { kind: "text", text: "More." },
    ]);
    const whole = message(translateAnswer(said, "openai-responses", "openai-chat"));
    expect(whole["content"]).toBe("I look.\n\nOld.\n\nMore.");
    expect(whole["annotations"]).toMatchObject([{ url_citation: { start_index: 9, end_index: 12 } }]);
    const blocks = translateAnswer(said, "openai-responses", "anthropic-messages")["content"] as JsonObject[];
    expect(blocks.map((block) => block["text"]).filter(Boolean)).toEqual(["I look.", "Old.", "More."]);
  });

  it.each([
    ["standard", "default"],
    ["flex", "flex"],
    ["batch", undefined],
  ])("was served in a tier that OpenAI's clients know: %s", (tier, known) => {
    const { service_tier } = translateAnswer(answer([], tier), "anthropic-messages", "openai-chat");
    expect(service_tier).toBe(known);
  });

  it("shows what was drawn where there is a place for it", () => {
    const drawn = answer([{ kind: "image", blob: { data: "AA==", mime: "image/png" } }]);
    expect(message(translateAnswer(drawn, "gemini-content", "openai-chat"))["images"]).toEqual([
      { type: "image_url", image_url: { url: "data:image/png;base64,AA==" } },
    ]);
    expect(translateAnswer(drawn, "gemini-content", "openai-responses")["output"]).toEqual([
      { id: "ig_r5_0", type: "image_generation_call", status: "completed", result: "AA==" },
    ]);
  });
});
