import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answerJson } from "../../../../src-gateway/protocols/openai-chat/response.ts";

const text = fc.oneof(fc.constantFrom("", "stop", 'say "é"\n', "\ud800", "x".repeat(3_000)), fc.string());
const count = fc.oneof(fc.nat(), fc.constantFrom(0.5, -1, 1e20));
const usage = fc.oneof(
  fc.constant(null),
  fc.record({ prompt_tokens: count, completion_tokens: count }),
  fc.record({ prompt_tokens: count, prompt_tokens_details: fc.record({ cached_tokens: count }) }),
);
const call = fc.record({
  id: text,
  type: fc.constant("function"),
  function: fc.record({ name: text, arguments: text }),
});
const message = fc.record(
  {
    role: fc.constant("assistant"),
    content: fc.oneof(text, fc.constant(null)),
    tool_calls: fc.array(call, { maxLength: 2 }),
  },
  { requiredKeys: ["role", "content"] },
);
const choice = fc.record({ index: fc.nat(2), message, finish_reason: text });
const answer = fc.record(
  { id: text, created: count, model: text, choices: fc.array(choice, { maxLength: 2 }), usage, "1": text, odd: text },
  { requiredKeys: ["id", "choices"] },
);

describe("the JSON of an answer", () => {
  it("is what JSON.parse finds, whatever answers came before", () => {
    fc.assert(
      fc.property(fc.array(answer, { minLength: 1, maxLength: 30 }), (answers) => {
        for (const each of answers) {
          const json = JSON.stringify(each);
          const found = answerJson(Buffer.from(json));
          expect(found).toStrictEqual(JSON.parse(json));
          expect(JSON.stringify(found)).toBe(JSON.stringify(JSON.parse(json)));
        }
      }),
      { numRuns: 300 },
    );
  });

  it("is null for what is no object", () => {
    for (const bytes of ["", "[]", "1", "<html>", '{"a":1', "null"]) expect(answerJson(Buffer.from(bytes))).toBeNull();
  });
});
