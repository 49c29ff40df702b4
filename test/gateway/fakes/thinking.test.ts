import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { collectAnswer } from "../../../src-gateway/ir/answer.ts";
import type { Part } from "../../../src-gateway/ir/part.ts";
import type { WireProtocol } from "../../../src-gateway/ir/protocol.ts";
import { asObject } from "../../../src-gateway/protocols/loose-json.ts";
import { PROVIDER_SPEECH } from "../../../src-gateway/protocols/provider-speech.ts";
import { startScriptedProvider } from "../../fakes/scripted-provider/scripted-provider.ts";
import type { ScriptedProvider, ScriptStep } from "../../fakes/scripted-provider/types.ts";
import { CALL_FORMS, type CallForm, call, readAll } from "./provider-calls.ts";

let provider: ScriptedProvider;
beforeAll(async () => {
  provider = await startScriptedProvider();
});
afterEach(() => provider.reset());
afterAll(() => provider.stop());

const thinking = { text: "First I look at the list – 看. Then I speak.", state: "c2VjcmV0IHN0YXRl" };
const calls = [
  { name: "look", arguments: { at: "list" } },
  { name: "look", arguments: { at: "map" } },
];
const forms = CALL_FORMS.filter((form) => form.name !== "gemini as an array").map((form) =>
  form.wire === "openai-responses"
    ? { ...form, body: { ...form.body, include: ["reasoning.encrypted_content"] } }
    : form,
);

async function partsOf(form: CallForm, step: ScriptStep, stream: boolean): Promise<Part[]> {
  provider.script(step);
  const { bytes } = await readAll(await call(provider, form, { stream }));
  const speech = PROVIDER_SPEECH[form.wire];
  if (!stream) return speech.codec.decodeAnswer(asObject(JSON.parse(bytes.toString())) ?? {}).parts;
  const splitter = speech.createSplitter();
  const decoder = speech.codec.createStreamDecoder();
  const frames = [...splitter.push(bytes), ...splitter.finish()];
  return collectAnswer([...frames.flatMap((frame) => decoder.push(frame)), ...decoder.end()]).parts;
}

/** The part that carries the state, where the wire has a place for one. */
const CARRIER: Readonly<Record<WireProtocol, "thinking" | "said" | "none">> = {
  "openai-chat": "none",
  "openai-responses": "thinking",
  "anthropic-messages": "thinking",
  "gemini-content": "said",
};

for (const form of forms) {
  for (const stream of [false, true]) {
    const name = `${form.name}, ${stream ? "as a stream" : "whole"}`;
    const carrier = CARRIER[form.wire];

    test(`thoughts come before calls and text, with their state (${name})`, async () => {
      for (const step of [
        { thinking, calls },
        { thinking, text: "It is there ✓." },
      ]) {
        const parts = await partsOf(form, step, stream);
        const kinds = "calls" in step ? ["thinking", "call", "call"] : ["thinking", "text"];
        expect(parts.map((part) => part.kind)).toEqual(kinds);
        expect(parts[0]).toMatchObject({ text: thinking.text });
        const carrying = parts.flatMap((part, place) => (part.opaque ? [[place, part.opaque.value]] : []));
        expect(carrying).toEqual(carrier === "none" ? [] : [[carrier === "thinking" ? 0 : 1, thinking.state]]);
      }
    });
  }
}

test("encrypted thoughts are for those who ask", async () => {
  const responses = CALL_FORMS.find((form) => form.wire === "openai-responses");
  if (!responses) throw new Error("There is no form for Responses.");
  const [thought] = await partsOf(responses, { thinking, text: "There." }, false);
  expect(thought).toMatchObject({ kind: "thinking", text: thinking.text });
  expect(thought?.opaque).toBeUndefined();
});
