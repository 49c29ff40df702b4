import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { valueWithEscapedKeys } from "../../../src-gateway/lib/escaped-keys.ts";
import { eachElementBack, type JsonNode, readBack } from "../../../src-gateway/lib/json-back.ts";
import { firstElementAt, type JsonSpan, nextElementAt, skipValue } from "../../../src-gateway/lib/json-walk.ts";
import { findCircles } from "../../../src-gateway/runaway/find-circles.ts";
import { CLIENT_WIRES, circlingBody, type Step, scanned, step } from "../../support/circling-agents.ts";

const quoting = fc.string({ unit: fc.constantFrom('"', "\\", "a", "{", "]", ",", ":", "é", "\n") });
const json = fc.jsonValue({ stringUnit: fc.constantFrom('"', "\\", "x", "}", "[", " ", "ü") });

describe("JSON read from its end", () => {
  it("finds the elements that a reader from the front finds", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(json, quoting), { maxLength: 12 }), fc.nat(2), fc.nat(6), (list, indent, depth) => {
        const bytes = Buffer.from(JSON.stringify(list, null, indent));
        const whole = { start: 0, end: bytes.length };
        const front: JsonSpan[] = [];
        for (let start = firstElementAt(bytes, whole); start >= 0; ) {
          const end = skipValue(bytes, start);
          front.push({ start, end });
          start = nextElementAt(bytes, whole, end);
        }
        const back: JsonSpan[] = [];
        eachElementBack(bytes, whole, depth, ({ start, end }) => void back.push({ start, end }));
        expect(back.toReversed()).toEqual(front);
      }),
    );
  });

  it("takes values apart as they are", () => {
    const build = (bytes: Buffer, node: JsonNode): unknown => {
      if (node.parts === null) return valueWithEscapedKeys(bytes.toString("utf8", node.start, node.end));
      const parts = node.parts.map((part) => build(bytes, part)).toReversed();
      if (node.keys === null) return parts;
      const keys = node.keys.map((key) => JSON.parse(`"${Buffer.from(key, "latin1").toString()}"`) as string);
      return Object.fromEntries(keys.toReversed().map((key, at) => [key, parts[at]]));
    };
    fc.assert(
      fc.property(json, fc.nat(2), fc.nat(6), (value, indent, depth) => {
        const bytes = Buffer.from(JSON.stringify(value, null, indent));
        const read = build(bytes, readBack(bytes, bytes.length, 0, depth));
        expect(JSON.stringify(read)).toBe(JSON.stringify(value));
      }),
    );
  });

  it("ends on bytes that are no JSON", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('"', "\\", "{", "}", "[", "]", ",", ":", " ", "1") }), (text) => {
        const bytes = Buffer.from(`[${text}]`);
        eachElementBack(bytes, { start: 0, end: bytes.length }, 5, () => undefined);
      }),
    );
  });
});

describe("looking for circles", () => {
  it("throws on no body, whatever stands in it", () => {
    const words = [
      "role",
      "content",
      "type",
      "parts",
      "tool_calls",
      "call_id",
      "output",
      "functionResponse",
      "id",
      "text",
    ];
    const kinds = ["user", "assistant", "model", "tool", "tool_use", "tool_result", "function_call_output", "x_call"];
    const { element } = fc.letrec<{ element: unknown }>((tie) => ({
      element: fc.oneof(
        { maxDepth: 6, withCrossShrink: true },
        fc.constantFrom(...kinds, null, 1, "", "<system-reminder>x</system-reminder>"),
        fc.array(tie("element"), { maxLength: 4 }),
        fc.dictionary(fc.constantFrom(...words), tie("element"), { maxKeys: 5 }),
      ),
    }));
    fc.assert(
      fc.property(fc.constantFrom(...CLIENT_WIRES), fc.oneof(element, fc.array(element)), (wire, history) => {
        const body = scanned({ messages: history, input: history, contents: history });
        const found = findCircles(wire, body, 12);
        expect(found.repeats).toBeGreaterThanOrEqual(1);
        expect(found.period).toBeLessThanOrEqual(3);
      }),
      { numRuns: 500 },
    );
  });

  it("finds the same with the places that the scan has noted as without them", () => {
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom('"', "\\", "a", " ", "<", "é", "\n"), maxLength: 4 }),
      fc.constant("<system-reminder>x</system-reminder>"),
    );
    const content = fc.oneof(text, fc.array(fc.record({ type: fc.constant("text"), text }), { maxLength: 2 }));
    const message = fc.oneof(
      fc.record({ role: fc.constantFrom("user", "assistant", "tool", "users"), content, tool_call_id: text }),
      fc.record({ role: fc.constant("user"), content, type: fc.constantFrom("message", "function_call_output") }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...CLIENT_WIRES), fc.array(message, { maxLength: 4 }), (wire, history) => {
        const { bytes, root } = scanned({ messages: history, input: history, contents: history });
        const members = new Map([...root.members].map(([name, member]) => [name, { ...member, elements: null }]));
        const unnoted = { bytes, root: { ...root, members } };
        expect(findCircles(wire, { bytes, root }, 12)).toEqual(findCircles(wire, unnoted, 12));
      }),
      { numRuns: 500 },
    );
  });

  it("counts as a plain comparison of the turns does", () => {
    const steps = fc.array(
      fc.tuple(
        fc.constantFrom("a", "b"),
        fc.constantFrom('x "1"', "y\\"),
        fc.constantFrom(false, false, false, false, true),
      ),
      { maxLength: 14 },
    );
    fc.assert(
      fc.property(fc.constantFrom(...CLIENT_WIRES), steps, (wire, drawn) => {
        const turns = drawn.map(
          ([command, result, speaks]): Step => step(command, result, speaks ? { person: "Well?" } : {}),
        );
        const { repeats, period, personSpoke } = findCircles(wire, scanned(circlingBody(wire, turns)), 50);
        const since = drawn
          .slice(drawn.findLastIndex(([, , speaks]) => speaks) + 1)
          .map(([a, b]) => a + b)
          .toReversed();
        expect(personSpoke).toBe(since.length === 0);
        let expected = { repeats: 1, period: 1 };
        for (const each of [1, 2, 3]) {
          let length = each;
          while (length < since.length && since[length] === since[length - each]) length++;
          const times = since.length < each ? 0 : Math.floor(length / each);
          if (times > expected.repeats) expected = { repeats: times, period: each };
        }
        expect({ repeats, period }).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });
});
