/**
 * What comes over a wire and is nearly right: everything that the fixtures hold, with some of it replaced, left out, doubled or
 * in the wrong place. It is understood or refused, and nothing else. Run more with FUZZ_RUNS.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answerEvents, type IrAnswer, type IrEvent } from "../../../src-gateway/ir/answer.ts";
import { GatewayError } from "../../../src-gateway/ir/errors.ts";
import type { JsonObject } from "../../../src-gateway/ir/json.ts";
import { PROVIDER_WIRES, type ProviderWire, WIRE_PROTOCOLS } from "../../../src-gateway/ir/protocol.ts";
import { scanJson } from "../../../src-gateway/lib/json-scan.ts";
import { adaptRequest } from "../../../src-gateway/protocols/adapt/adapt.ts";
import { PROVIDER_SPEECH } from "../../../src-gateway/protocols/provider-speech.ts";
import type { SseFrame } from "../../../src-gateway/protocols/sse/splitter.ts";
import { WIRES } from "../../../src-gateway/protocols/wires.ts";
import { requestTarget, splitFrames } from "../../support/codec-streams.ts";
import { fixtures, readFixture, readJsonFixture } from "../../support/fixtures.ts";
import { mutated } from "../../support/mutate-json.ts";
import { grammarFault } from "../../support/stream-grammar.ts";
import { adaptTarget, streamAnswer, translateAnswer, translateStream } from "../../support/translate.ts";

const RUNS = Number(process.env["FUZZ_RUNS"] ?? 300);
const TIMEOUT_MS = 30_000 + RUNS * 20;

/** Undefined for what was refused, in words meant for a client: at most `worst` may be to blame. */
function orRefused<T>(make: () => T, worst: number): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof GatewayError && error.status >= 400 && error.status <= worst) return undefined;
    throw error;
  }
}

describe.each(WIRE_PROTOCOLS)("a mutated request of %s", (wire) => {
  const codec = WIRES[wire];
  const target = requestTarget(wire);
  const anyBody = mutated(fixtures(wire, "request").map((name) => readJsonFixture(wire, name)));

  it(
    "is refused as the client's mistake, or is a request that can be fitted to every provider",
    () => {
      const property = fc.property(anyBody, (json) => {
        const before = structuredClone(json);
        const request = orRefused(() => codec.decodeRequest(json, target), 499);
        expect(json).toStrictEqual(before);
        if (!request) return;
        for (const each of PROVIDER_WIRES) {
          const place = adaptTarget(each);
          orRefused(() => PROVIDER_SPEECH[each].codec.encodeRequest(adaptRequest(request, place).request, place), 499);
        }
      });
      fc.assert(property, { numRuns: RUNS });
    },
    TIMEOUT_MS,
  );

  it(
    "is refused as the client's mistake, or is relayed with another model",
    () => {
      const property = fc.property(anyBody, (json) => {
        const bytes = Buffer.from(JSON.stringify(json));
        const body = { bytes, root: scanJson(bytes) };
        if (orRefused(() => codec.readRequest(body, target), 499) === undefined) return;
        for (const { start, end } of codec.rewriteRequest(body, target, { model: "other", askForUsage: true })) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThanOrEqual(start);
          expect(end).toBeLessThanOrEqual(bytes.length);
        }
      });
      fc.assert(property, { numRuns: RUNS });
    },
    TIMEOUT_MS,
  );
});

describe.each(PROVIDER_WIRES)("a mutated answer of %s", (wire) => {
  const { codec } = PROVIDER_SPEECH[wire];
  const own = WIRE_PROTOCOLS.find((each) => each === wire);
  const anyAnswer = mutated(fixtures(wire, "answer").map((name) => readJsonFixture(wire, name)));

  it(
    "is an error, or an answer for every client",
    () => {
      const property = fc.property(anyAnswer, (json) => {
        // Never throws.
        if (own) WIRES[own].readAnswer(Buffer.from(JSON.stringify(json)), "chat");
        const answer = orRefused(() => codec.decodeAnswer(json), 599);
        if (answer) expectTold(answer, wire);
      });
      fc.assert(property, { numRuns: RUNS });
    },
    TIMEOUT_MS,
  );
});

function expectTold(answer: IrAnswer, wire: ProviderWire): void {
  expect(grammarFault([...answerEvents(answer)])).toBeNull();
  for (const client of WIRE_PROTOCOLS) {
    expect(typeof JSON.stringify(translateAnswer(answer, wire, client))).toBe("string");
    expect(streamAnswer(answer, wire, client).length).toBeGreaterThan(0);
  }
}

/** A frame as JSON, so that it can be mutated together with its order and its name. */
interface LooseFrame {
  event: string | null;
  data: unknown;
}

function loosen({ event, data }: SseFrame): LooseFrame {
  const text = data?.toString("utf8") ?? "";
  try {
    return { event, data: JSON.parse(text) as unknown };
  } catch {
    return { event, data: text };
  }
}

/** What became no frame at all is none. */
function tighten(frames: unknown): SseFrame[] {
  return (Array.isArray(frames) ? frames : [frames]).flatMap((frame: Partial<LooseFrame> | null) => {
    if (frame === null || typeof frame !== "object") return [];
    const { event, data } = frame;
    const raw = Buffer.from(typeof data === "string" ? data : (JSON.stringify(data) ?? ""));
    return [{ raw, event: typeof event === "string" ? event : null, data: raw }];
  });
}

describe.each(PROVIDER_WIRES)("a mutated stream of %s", (wire) => {
  const own = WIRE_PROTOCOLS.find((each) => each === wire);
  const anyStream = mutated(
    fixtures(wire, "stream").map((name) => splitFrames(wire, [readFixture(wire, name)]).map(loosen)),
  ).map(tighten);

  it(
    "ends well or with an error, and is a stream for every client",
    () => {
      const property = fc.property(anyStream, (frames) => {
        const decoder = PROVIDER_SPEECH[wire].codec.createStreamDecoder();
        const events: IrEvent[] = [...frames.flatMap((frame) => decoder.push(frame)), ...decoder.end()];
        expect(grammarFault(events)).toBeNull();
        for (const client of WIRE_PROTOCOLS) expect(translateStream(events, wire, client).length).toBeGreaterThan(0);
        if (!own) return;
        const reader = WIRES[own].createStreamReader("chat");
        for (const frame of frames) reader.push(frame);
        expect(typeof reader.end()).toBe("boolean");
      });
      fc.assert(property, { numRuns: RUNS });
    },
    TIMEOUT_MS,
  );
});

describe("a mutation", () => {
  it("leaves its base as it is, and is none now and then", () => {
    const bases: JsonObject[] = [{ a: [1, { b: null }] }];
    const kept = fc.sample(mutated(bases), 200).filter((json) => JSON.stringify(json) === JSON.stringify(bases[0]));
    expect(kept.length).toBeGreaterThan(0);
    expect(bases).toEqual([{ a: [1, { b: null }] }]);
  });
});
