import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { IrEvent } from "../../src-gateway/ir/answer.ts";
import type { JsonObject } from "../../src-gateway/ir/json.ts";
import type { Surface } from "../../src-gateway/ir/protocol.ts";
import { NO_USAGE } from "../../src-gateway/ir/usage.ts";
import { WIRES } from "../../src-gateway/protocols/wires.ts";
import { matchRoute } from "../../src-gateway/server/routes.ts";
import { createEventStream } from "../../src-renderer/features/playground/event-stream.ts";
import { readEvent } from "../../src-renderer/features/playground/read-answer.ts";
import { ended, newRound, turnsOf, withBody, withEvents } from "../../src-renderer/features/playground/round.ts";
import { curlFor, readTools, spellRequest } from "../../src-renderer/features/playground/spell-request.ts";
import { CLIENT_WIRES, type ClientWire, NO_ANSWER, type Options } from "../../src-renderer/features/playground/talk.ts";

const options: Options = {
  system: "Be brief.",
  maxTokens: 99,
  temperature: 0.5,
  effort: "low",
  tools: '[{"name":"weather","description":"Tells it","parameters":{"type":"object","properties":{}}}]',
};
const picture = { name: "dot.png", mime: "image/png", data: "aGk=" };
const turns = [
  { role: "user", text: "What is this?", pictures: [picture] },
  { role: "assistant", text: "A dot.", pictures: [] },
  { role: "user", text: "Sure?", pictures: [] },
] as const;

describe.each(CLIENT_WIRES)("a request of %s", (wire) => {
  it("is one that the gateway understands as it was meant", () => {
    const { path, body } = spellRequest({ wire, model: "gpt-5", turns, options });
    const route = matchRoute("POST", path);
    if (route.kind !== "inference") throw new Error(`${path} is no path of a model`);
    expect(route.wire).toBe(wire);
    const request = WIRES[wire].decodeRequest(body as JsonObject, route.target);
    expect(request).toMatchObject({
      model: "gpt-5",
      stream: true,
      maxOutputTokens: 99,
      temperature: 0.5,
      reasoning: { effort: "low" },
    });
    expect(request.turns.map(({ role, parts }) => [role, parts.map(({ kind }) => kind)])).toEqual([
      ["system", ["text"]],
      ["user", ["image", "text"]],
      ["assistant", ["text"]],
      ["user", ["text"]],
    ]);
    expect(request.tools).toMatchObject([{ kind: "function", name: "weather", description: "Tells it" }]);
    const unread = Object.keys(request.home).filter((key) => !key.startsWith("$") && key !== "stream_options");
    expect(unread).toEqual([]);
  });

  it("holds nothing that was not asked for", () => {
    const blank = { system: "", maxTokens: null, temperature: null, effort: null, tools: "" };
    const { body } = spellRequest({
      wire,
      model: "m",
      turns: [{ role: "user", text: "Hi", pictures: [] }],
      options: blank,
    });
    expect(JSON.stringify(body)).not.toMatch(/null|temperature|tools|effort|thinking|system/i);
  });
});

const SURFACES: Readonly<Record<ClientWire, Surface>> = {
  "openai-chat": "chat",
  "openai-responses": "responses",
  "anthropic-messages": "messages",
  "gemini-content": "gemini",
};

describe.each(CLIENT_WIRES)("an answer of %s", (wire) => {
  it("is read from the stream that the gateway writes", () => {
    const encoder = WIRES[wire].createStreamEncoder({
      surface: SURFACES[wire],
      exchangeId: 7,
      createdAt: 1_763_000_000,
      model: "m",
      wantsUsage: true,
      framing: "sse",
    });
    const usage = NO_USAGE;
    const said: IrEvent[] = [
      { type: "start", id: null, model: "m", usage },
      { type: "part-start", part: { kind: "text" } },
      { type: "delta", text: "Four" },
      { type: "delta", text: "." },
      { type: "part-end" },
      { type: "part-start", part: { kind: "call", id: "call_1", name: "weather" } },
      { type: "delta", text: '{"at":' },
      { type: "delta", text: '"sea"}' },
      { type: "part-end" },
      { type: "end", finish: { reason: "tool_calls", raw: null }, usage },
    ];
    const frames = said.map((event) => encoder.push(event).toString("utf8"));
    const stream = createEventStream();
    const events = [...frames.flatMap((frame) => stream.push(frame)), ...stream.finish()];
    const answer = events.reduce((before, event) => readEvent(wire, before, event), NO_ANSWER);
    expect(answer).toMatchObject({ text: "Four.", error: null });
    expect(answer.calls.map(({ name, args }) => [name, JSON.parse(args)])).toEqual([["weather", { at: "sea" }]]);
    expect(answer.finish).not.toBeNull();
  });
});

describe("an event stream", () => {
  const text = ': hello\n\nevent: a\ndata: {"x":1}\n\ndata: one\ndata: two\r\n\r\ndata:[DONE]\n\n';
  const whole = [
    { event: "a", data: '{"x":1}' },
    { event: null, data: "one\ntwo" },
    { event: null, data: "[DONE]" },
  ];
  it("is the same however it is cut, but between the two ends of a line", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 6 }), (cuts) => {
        const stream = createEventStream();
        const at = [0, ...cuts.toSorted((a, b) => a - b), text.length];
        const events = at.slice(1).flatMap((end, place) => stream.push(text.slice(at[place], end)));
        expect([...events, ...stream.finish()]).toEqual(whole);
      }),
    );
  });
  it("never breaks on what is no event", () => {
    fc.assert(
      fc.property(fc.string(), (any) => {
        for (const wire of CLIENT_WIRES) readEvent(wire, NO_ANSWER, { event: null, data: any });
        expect(readEvent("openai-chat", NO_ANSWER, { event: null, data: "[1" })).toBe(NO_ANSWER);
      }),
    );
  });
});

describe("a round", () => {
  const request = { path: "/v1/messages", body: {} };
  const round = newRound({ id: 1, text: "Hi", pictures: [], wire: "anthropic-messages", model: "m", request });
  const delta = (text: string) => ({
    atMs: 7,
    event: "content_block_delta",
    data: JSON.stringify({ type: "content_block_delta", delta: { type: "text_delta", text } }),
  });

  it("knows when the first word came, and goes on from what was answered", () => {
    const ping = { atMs: 2, event: "ping", data: '{"type":"ping"}' };
    const said = ended(withEvents({ ...round, status: 200 }, [ping, delta("Hel"), { ...delta("lo"), atMs: 9 }]), 12);
    expect(said).toMatchObject({ firstMs: 7, endedMs: 12, state: "done", answer: { text: "Hello" } });
    expect(turnsOf([said, round]).map(({ role, text }) => [role, text])).toEqual([
      ["user", "Hi"],
      ["assistant", "Hello"],
    ]);
  });

  it("says what went wrong in the words of the protocol", () => {
    const bodies = [
      '{"type":"error","error":{"type":"not_found_error","message":"No such model."}}',
      '{"error":{"message":"No such model.","type":"invalid_request_error"}}',
      '[{"error":{"code":404,"message":"No such model.","status":"NOT_FOUND"}}]',
    ];
    for (const body of bodies) {
      const failed = ended(withBody({ ...round, status: 404 }, body), 3);
      expect(failed).toMatchObject({ state: "failed", answer: { error: "No such model." } });
    }
    expect(withBody(round, "<html>").answer.error).toBe("<html>");
    const within = { atMs: 1, event: "error", data: '{"type":"error","error":{"type":"api_error","message":"Gone."}}' };
    expect(ended(withEvents({ ...round, status: 200 }, [delta("Hel"), within]), 3)).toMatchObject({
      state: "failed",
      answer: { text: "Hel", error: "Gone." },
    });
  });
});

describe("what is typed", () => {
  it("is taken as tools only where it is a list of functions", () => {
    expect(readTools("  ")).toEqual([]);
    for (const text of ["{}", "[1]", "[{}]", "[", '"x"']) expect(() => readTools(text)).toThrow("list");
  });

  it("stays one word of a shell", () => {
    const command = curlFor("http://127.0.0.1:8081", { path: "/v1/messages", body: { text: "it's $HOME" } });
    expect(command).toContain(`it'\\''s $HOME`);
    expect(command).toContain("$TOKLIGENCE_API_KEY");
  });
});
