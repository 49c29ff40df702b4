import fc from "fast-check";
import { expect, it } from "vitest";
import { conversationKey } from "../../../src-gateway/affinity/conversation-key.ts";
import { addMeaning } from "../../../src-gateway/affinity/piece-meaning.ts";
import { type ScannedBody, splitPrompt } from "../../../src-gateway/affinity/prompt-pieces.ts";
import { scanJson } from "../../../src-gateway/lib/json-scan.ts";
import { plainBeginning } from "../../../src-gateway/lib/plain-message.ts";
import { runHash } from "../../../src-gateway/lib/run-hash.ts";
import { CLIENT_WIRES } from "../../support/circling-agents.ts";

const text = fc.string({ unit: fc.constantFrom('"', "\\", "a", "{", "]", ",", "é", "cache_control"), maxLength: 6 });
const block = fc.record(
  { type: fc.constantFrom("text", "input_text", "image"), text, cache_control: fc.constant({ type: "ephemeral" }) },
  { requiredKeys: ["type"] },
);
const content = fc.oneof(text, fc.array(block, { maxLength: 3 }), fc.constant(null), block);
const message = fc.oneof(
  fc.record(
    {
      role: fc.oneof(fc.constantFrom("system", "developer", "user", "assistant", "model", "tool", "", "User"), text),
      content,
      type: fc.constantFrom("message", "function_call", "reasoning"),
      cache_control: fc.constant({ type: "ephemeral" }),
    },
    { requiredKeys: [] },
  ),
  fc.record({ content, role: fc.constantFrom("user", "assistant") }),
);
const body = fc
  .record({
    tools: fc.oneof(fc.array(fc.record({ name: text, cachePoint: content }, { requiredKeys: ["name"] })), content),
    system: content,
    history: fc.array(fc.oneof({ weight: 9, arbitrary: message }, { weight: 1, arbitrary: text }), { maxLength: 6 }),
    indent: fc.nat(1),
  })
  .map(({ tools, system, history, indent }): ScannedBody => {
    const json = { tools, system, instructions: system, messages: history, input: history, contents: history };
    const bytes = Buffer.from(JSON.stringify(json, null, indent));
    return { bytes, root: scanJson(bytes) };
  });

/** As if the scan had noted nothing. */
function unnoted({ bytes, root }: ScannedBody): ScannedBody {
  const members = new Map([...root.members].map(([name, member]) => [name, { ...member, elements: null }]));
  return { bytes, root: { ...root, members, mayHoldMarks: true } };
}

/** Which of them are searched for marks does not matter where there are none. */
function piecesOf(...asked: Parameters<typeof splitPrompt>) {
  const groups = splitPrompt(...asked)?.groups;
  return groups && Object.values(groups).map((pieces) => pieces.map((piece) => ({ ...piece, isMarked: null })));
}

it("finds the same pieces and the same key with the places that the scan has noted as without them", () => {
  fc.assert(
    fc.property(body, fc.constantFrom(...CLIENT_WIRES), fc.constantFrom("answer", "end"), (noted, wire, until) => {
      expect(piecesOf(wire, noted, until)).toEqual(piecesOf(wire, unnoted(noted), until));
      const keyOf = (asked: ScannedBody) =>
        conversationKey({ owner: "1", wire, session: null, model: "m", body: asked }, runHash());
      expect(keyOf(noted)).toBe(keyOf(unnoted(noted)));
    }),
    { numRuns: 500 },
  );
});

it("takes a message that begins as most do for what it takes any other for", () => {
  const meaningOf = (json: string): string => {
    const bytes = Buffer.from(json);
    let meaning = "";
    const add = (from: Buffer, start: number, end: number): void => void (meaning += from.toString("utf8", start, end));
    const isPlain = plainBeginning(bytes, 0) !== null;
    addMeaning({ add }, bytes, { start: 0, end: bytes.length, isMarked: false, isPlain });
    return meaning;
  };
  fc.assert(
    fc.property(message, (each) => {
      const json = JSON.stringify(each);
      // With a space in it, it begins like no other.
      expect(meaningOf(`{ ${json.slice(1)}`)).toBe(meaningOf(json).replace("{", "{ "));
    }),
    { numRuns: 500 },
  );
});
