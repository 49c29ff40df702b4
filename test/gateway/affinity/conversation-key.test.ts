import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type ConversationFacts,
  conversationKey,
  promptFamily,
} from "../../../src-gateway/affinity/conversation-key.ts";
import { digestPrompt } from "../../../src-gateway/affinity/prompt-digest.ts";
import { splitPrompt } from "../../../src-gateway/affinity/prompt-pieces.ts";
import type { WireProtocol } from "../../../src-gateway/ir/protocol.ts";
import { scanJson } from "../../../src-gateway/lib/json-scan.ts";
import { createRunHash } from "../../../src-gateway/lib/run-hash.ts";

interface Said {
  tool?: string;
  system?: string;
  first?: string;
  /** What followed the first message. */
  answers?: number;
}

const TALKS: Record<WireProtocol, (said: Required<Said>) => object> = {
  "anthropic-messages": ({ tool, system, first, answers }) => ({
    max_tokens: 9,
    system: [{ type: "text", text: system, cache_control: { type: "ephemeral" } }],
    tools: [{ name: tool, input_schema: { type: "object" } }],
    messages: [
      {
        role: "user",
        // As agents do it: the mark stands on the last message of each turn.
        content: answers > 0 ? first : [{ type: "text", text: first, cache_control: { type: "ephemeral" } }],
      },
      ...turns(answers, (n) => [
        { role: "assistant", content: [{ type: "text", text: `answer ${n}` }] },
        { role: "user", content: `more ${n}` },
      ]),
    ],
  }),
  "openai-chat": ({ tool, system, first, answers }) => ({
    tools: [{ type: "function", function: { name: tool } }],
    messages: [
      { role: "system", content: system },
      { role: "user", content: first },
      ...turns(answers, (n) => [
        { role: "assistant", content: `answer ${n}` },
        { role: "user", content: `more ${n}` },
      ]),
    ],
  }),
  "openai-responses": ({ tool, system, first, answers }) => ({
    instructions: system,
    tools: [{ type: "function", name: tool }],
    input: [
      { type: "message", role: "developer", content: [{ type: "input_text", text: "rules" }] },
      { type: "message", role: "user", content: [{ type: "input_text", text: first }] },
      ...turns(answers, (n) => [
        { type: "reasoning", summary: [] },
        { type: "function_call", name: tool, arguments: "{}", call_id: `c${n}` },
        { type: "function_call_output", call_id: `c${n}`, output: "done" },
      ]),
    ],
  }),
  "gemini-content": ({ tool, system, first, answers }) => ({
    systemInstruction: { parts: [{ text: system }] },
    tools: [{ functionDeclarations: [{ name: tool }] }],
    contents: [
      { parts: [{ text: first }], role: "user" },
      ...turns(answers, (n) => [
        { parts: [{ text: `answer ${n}` }], role: "model" },
        { parts: [{ text: `more ${n}` }], role: "user" },
      ]),
    ],
  }),
};

const turns = (count: number, make: (n: number) => object[]): object[] =>
  Array.from({ length: count }, (_, n) => make(n)).flat();

function factsOf(wire: WireProtocol, said: Said = {}, more: Partial<ConversationFacts> = {}): ConversationFacts {
  const json = TALKS[wire]({ tool: "look", system: "be kind", first: "hello", answers: 0, ...said });
  return { owner: "key 1", wire, session: null, model: "m", body: bodyOf(json), ...more };
}

function bodyOf(json: object): ConversationFacts["body"] {
  const bytes = Buffer.from(JSON.stringify(json));
  return { bytes, root: scanJson(bytes) };
}

const hash = createRunHash();
const keyOf = (...args: Parameters<typeof factsOf>) => conversationKey(factsOf(...args), hash);
const familyOf = (...args: Parameters<typeof factsOf>) => {
  const facts = factsOf(...args);
  const prompt = splitPrompt(facts.wire, facts.body, "end");
  return prompt && promptFamily(facts, digestPrompt(prompt, hash), hash);
};

describe.each(Object.keys(TALKS) as WireProtocol[])("a conversation by %s", (wire) => {
  it("keeps its key while it goes on", () => {
    const key = keyOf(wire);
    expect(key).not.toBeNull();
    expect([1, 2, 9].map((answers) => keyOf(wire, { answers }))).toEqual([key, key, key]);
  });

  it("is another one when it begins in another way, with another model, or for another key", () => {
    const keys = [
      keyOf(wire),
      keyOf(wire, { first: "good day" }),
      keyOf(wire, { system: "be brief" }),
      keyOf(wire, { tool: "write" }),
      keyOf(wire, {}, { model: "n" }),
      keyOf(wire, {}, { owner: "key 2" }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("is known by the agent's session, whatever it begins with", () => {
    const key = keyOf(wire, {}, { session: "s1" });
    expect(keyOf(wire, { first: "compacted", system: "new" }, { session: "s1" })).toBe(key);
    expect(keyOf(wire, {}, { session: "s2" })).not.toBe(key);
    expect(keyOf(wire, {}, { session: "s1", owner: "key 2" })).not.toBe(key);
  });

  it("stays in its family when system prompt and tools change", () => {
    expect(familyOf(wire, { system: "it is 12:01", tool: "write", answers: 2 })).toBe(familyOf(wire));
    expect(familyOf(wire, { first: "good day" })).not.toBe(familyOf(wire));
    expect(familyOf(wire, {}, { owner: "key 2" })).not.toBe(familyOf(wire));
  });
});

it.each([
  JSON.stringify({ device_id: "d", session_id: "0f0f0f0f-0000-4000-8000-000000000001" }),
  "user_d_account__session_0f0f0f0f-0000-4000-8000-000000000001",
])("reads the session that older agents hide in the user's id: %s", (userId) => {
  const keys = ["one", "two"].map((content) =>
    conversationKey(
      {
        ...factsOf("anthropic-messages"),
        body: bodyOf({ metadata: { user_id: userId }, messages: [{ role: "user", content }] }),
      },
      hash,
    ),
  );
  expect(keys[0]).toBe(keyOf("anthropic-messages", {}, { session: "0f0f0f0f-0000-4000-8000-000000000001" }));
  expect(keys[1]).toBe(keys[0]);
});

it("is the same wherever the marks of a cache stand, and however its parts are spaced", () => {
  const named = (name: string, isMarked: boolean) => ({ name, ...(isMarked ? { cache_control: { type: "x" } } : {}) });
  const said = (text: string, isMarked: boolean) => ({
    role: "user",
    content: isMarked ? [{ type: "text", text, cache_control: { type: "x" } }] : text,
  });
  const keyWith = (marked: readonly number[], between: string): string | null => {
    const tools = ["a", "b", "c"].map((name, at) => JSON.stringify(named(name, marked.includes(at))));
    const messages = ["d", "e", "f"].map((text, at) => JSON.stringify(said(text, marked.includes(at + 3))));
    const bytes = Buffer.from(`{"tools":[${tools.join(between)}],"messages":[${messages.join(between)}]}`);
    return keyOf("anthropic-messages", {}, { body: { bytes, root: scanJson(bytes) } });
  };
  const keys = [[], [1], [0, 5], [2, 3, 4], [0, 1, 2, 3, 4, 5]].flatMap((marked) => [
    keyWith(marked, ","),
    keyWith(marked, ", "),
  ]);
  expect(new Set(keys).size).toBe(1);
});

it("is null for what is no conversation", () => {
  expect(keyOf("openai-chat", {}, { body: bodyOf({ input: "embed me" }) })).toBeNull();
  expect(keyOf("openai-responses", {}, { body: bodyOf({ input: [], previous_response_id: "resp_1" }) })).toBeNull();
});

it("does not take two owners with alike names for one", () => {
  const name = fc.string({ unit: fc.constantFrom('"', ",", "a", "\\", "]"), maxLength: 4 });
  fc.assert(
    fc.property(fc.tuple(name, name, name), fc.tuple(name, name, name), (one, other) => {
      const [a, b] = [one, other].map(([owner, model, session]) =>
        keyOf("openai-chat", {}, { owner, model, session: `s${session}` }),
      );
      expect(a === b).toBe(JSON.stringify(one) === JSON.stringify(other));
    }),
  );
});
