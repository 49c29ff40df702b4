import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readEvent } from "../../../../src-gateway/server/responses-socket/read-event.ts";
import { createTranscript } from "../../../../src-gateway/server/responses-socket/transcript.ts";

describe("what a connection remembers", () => {
  it("is everything up to an answer, and the first id that it does not know", () => {
    const transcript = createTranscript();
    transcript.add("a", null, ["1", "2"]);
    transcript.add("b", "a", ["3"]);
    transcript.add("c", "a", []);
    transcript.add("d", "elsewhere", ["4"]);
    transcript.add("e", "d", ["5"]);
    expect(transcript.upTo("b")).toEqual({ items: ["1", "2", "3"], before: null });
    expect(transcript.upTo("c")).toEqual({ items: ["1", "2"], before: null });
    expect(transcript.upTo("e")).toEqual({ items: ["4", "5"], before: "elsewhere" });
    expect(transcript.upTo("f")).toBeNull();
  });

  it("has no circles, whatever providers call their answers", () => {
    const transcript = createTranscript();
    transcript.add("a", "b", ["1"]);
    transcript.add("b", "a", ["2"]);
    transcript.add("a", "b", ["3"]);
    expect(transcript.upTo("a")).toEqual({ items: ["1", "2", "3"], before: "b" });
  });

  it("grows by what is new alone", () => {
    const transcript = createTranscript();
    transcript.add("a", null, ["x".repeat(1_000)]);
    const before = transcript.size;
    transcript.add("b", "a", ["y"]);
    expect(before).toBeGreaterThanOrEqual(1_000);
    expect(transcript.size - before).toBeLessThan(10);
  });
});

describe("what a client says", () => {
  const create = (message: object) => readEvent(Buffer.from(JSON.stringify(message))).create();

  it("is the body of the same request over HTTP, and four words for the connection", () => {
    const event = { type: "response.create", model: "m", stream: false, input: ["i"], previous_response_id: "p" };
    const { body, ...rest } = create({ ...event, stream_id: "l", generate: false, background: null });
    expect(JSON.parse(body.toString())).toEqual({ model: "m", stream: true, input: ["i"], previous_response_id: "p" });
    expect(rest).toEqual({ input: '["i"]', previousId: "p", generates: false });
    expect(create({ type: "response.create" })).toMatchObject({ input: "null", previousId: null, generates: true });
    expect(create({ type: "response.create", generate: true }).generates).toBe(true);
  });

  it("is understood or refused, whatever the bytes", () => {
    const message = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record(
          {
            type: fc.oneof(fc.constant("response.create"), fc.jsonValue()),
            stream_id: fc.jsonValue(),
            generate: fc.jsonValue(),
            input: fc.jsonValue(),
            previous_response_id: fc.jsonValue(),
          },
          { requiredKeys: [] },
        )
        .map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(message, (text) => {
        let status = 200;
        try {
          JSON.parse(readEvent(Buffer.from(text)).create().body.toString());
        } catch (error) {
          ({ status } = error as { status: number });
        }
        expect([200, 400]).toContain(status);
      }),
    );
  });
});
