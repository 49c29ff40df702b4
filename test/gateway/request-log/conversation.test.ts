import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { WireProtocol } from "../../../src-gateway/ir/protocol.ts";
import { readConversation } from "../../../src-gateway/request-log/conversation.ts";
import type { BodyHead } from "../../../src-gateway/request-log/types.ts";
import { fixtures, readFixture } from "../../support/fixtures.ts";

const SURFACES = {
  "openai-chat": "chat",
  "openai-responses": "responses",
  "anthropic-messages": "messages",
  "gemini-content": "gemini",
} as const satisfies Record<WireProtocol, string>;

const headOf = (wire: WireProtocol, changes: Partial<BodyHead> = {}): BodyHead => ({
  method: "POST",
  path: wire === "gemini-content" ? "/v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse" : "/v1/any",
  headers: {},
  surface: SURFACES[wire],
  answerType: null,
  requestIsCut: false,
  answerIsCut: false,
  answerIsText: false,
  replayOf: null,
  ...changes,
});
const wires = Object.keys(SURFACES) as WireProtocol[];

describe.each(wires)("a conversation over %s", (wire) => {
  it.each(fixtures(wire, "request"))("is read from %s", (name) => {
    const { turns, problem } = readConversation({ request: readFixture(wire, name), answer: null, head: headOf(wire) });
    expect(problem).toBeNull();
    expect(turns.length).toBeGreaterThan(0);
  });

  it.each([...fixtures(wire, "answer"), ...fixtures(wire, "stream")])("has the answer of %s", (name) => {
    const { answer, answerProblem } = readConversation({
      request: null,
      answer: readFixture(wire, name),
      head: headOf(wire),
    });
    // One of the two: a stream that broke off is said to have done so.
    expect(answer === null).toBe(answerProblem !== null);
  });

  it("says what keeps it from being read, whatever was kept", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.json(), (bytes, json) => {
        for (const kept of [bytes, Buffer.from(json)]) {
          const read = readConversation({ request: kept, answer: kept, head: headOf(wire) });
          expect(Array.isArray(read.turns)).toBe(true);
        }
      }),
    );
    const cut = readConversation({
      request: Buffer.from('{"model":"m","mess'),
      answer: Buffer.from('{"id":'),
      head: headOf(wire, { requestIsCut: true, answerIsCut: true }),
    });
    expect(cut).toMatchObject({
      problem: expect.stringContaining("beginning"),
      answerProblem: expect.stringContaining("beginning"),
    });
  });
});

describe("a conversation", () => {
  it("joins calls and results, keeps thoughts apart, and never gives bytes of a picture away", () => {
    const request = {
      model: "claude-sonnet-5",
      max_tokens: 10,
      system: "Be brief.",
      tools: [{ name: "read_file", input_schema: { type: "object" } }],
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "What is in it?" },
            { type: "image", source: { type: "base64", media_type: "image/png", data: "QUJDRA==" } },
          ],
        },
        {
          role: "assistant",
          content: [
            { type: "thinking", thinking: "Look first.", signature: "c2ln" },
            { type: "tool_use", id: "toolu_1", name: "read_file", input: { path: "a" } },
          ],
        },
        {
          role: "user",
          content: [{ type: "tool_result", tool_use_id: "toolu_1", is_error: true, content: "x".repeat(30_000) }],
        },
      ],
    };
    const { turns, tools } = readConversation({
      request: Buffer.from(JSON.stringify(request)),
      answer: null,
      head: headOf("anthropic-messages"),
    });
    expect(tools).toEqual(["read_file"]);
    expect(turns.map(({ role }) => role)).toEqual(["system", "user", "assistant", "user"]);
    const parts = turns.flatMap((turn) => turn.parts);
    expect(parts.map(({ kind }) => kind)).toEqual(["text", "text", "image", "thinking", "call", "result"]);
    expect(parts.find(({ kind }) => kind === "image")).toMatchObject({ name: "image/png", text: "6 bytes" });
    const [call, result] = [parts[4], parts[5]];
    expect(call).toMatchObject({ name: "read_file", callId: "toolu_1", text: '{"path":"a"}' });
    expect(result).toMatchObject({ callId: "toolu_1", isError: true, isCut: true });
    expect(result?.text).toHaveLength(20_000);
    expect(JSON.stringify(parts)).not.toContain("QUJDRA");
  });
});
