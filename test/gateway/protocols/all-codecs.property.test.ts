/** Run more with FUZZ_RUNS, for example `FUZZ_RUNS=1000000`; a failure prints the seed and path that repeat it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GatewayError } from "../../../src-gateway/ir/errors.ts";
import { PROVIDER_WIRES, type ProviderWire, WIRE_PROTOCOLS } from "../../../src-gateway/ir/protocol.ts";
import type { IrRequest } from "../../../src-gateway/ir/request.ts";
import { adaptRequest } from "../../../src-gateway/protocols/adapt/adapt.ts";
import type { AdaptTarget } from "../../../src-gateway/protocols/adapt/target.ts";
import { PROVIDER_SPEECH } from "../../../src-gateway/protocols/provider-speech.ts";
import { WIRES } from "../../../src-gateway/protocols/wires.ts";
import { anyRequest } from "../../support/arbitrary-ir.ts";
import { requestTarget } from "../../support/codec-streams.ts";
import { requestFault } from "../../support/legal-request.ts";
import { lostScalar } from "../../support/lost-scalars.ts";
import { lostWords } from "../../support/lost-words.ts";
import { adaptTarget, MODELS, OTHER_MODELS } from "../../support/translate.ts";

const RUNS = Number(process.env["FUZZ_RUNS"] ?? 300);
/** A test of many runs takes its time. */
const TIMEOUT_MS = 30_000 + RUNS * 20;

/** Undefined for what was refused, in words meant for a client. */
function orRefused<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof GatewayError && error.status < 500) return undefined;
    throw error;
  }
}

/** Every wire but the client's own, each with the model that `draw` falls on. */
const targets = (source: ProviderWire, draw: number): AdaptTarget[] =>
  PROVIDER_WIRES.filter((wire) => wire !== source).map((wire) => {
    const models = [MODELS[wire], ...OTHER_MODELS[wire]];
    return adaptTarget(wire, { model: models[draw % models.length] ?? MODELS[wire] });
  });

/** Whether it was sent; what is wrong with what was sent is thrown. */
function isSayable(request: IrRequest, target: AdaptTarget): boolean {
  const { wire } = target;
  const before = structuredClone(request);
  const adapted = orRefused(() => adaptRequest(request, target));
  expect(request).toEqual(before);
  if (!adapted) return false;
  const body = orRefused(() => PROVIDER_SPEECH[wire].codec.encodeRequest(adapted.request, target));
  // What was adapted shares its parts with the client's request, which the next target is to find as it was.
  expect(request).toEqual(before);
  if (!body) return false;
  const { losses } = adapted;
  const faults = {
    scalar: lostScalar(request, wire, body, losses),
    words: lostWords(request, wire, body, losses),
    illegal: requestFault(target, body),
  };
  expect(faults, `${target.model} on ${wire}: ${JSON.stringify({ body, losses })}`).toEqual({
    scalar: null,
    words: null,
    illegal: null,
  });
  const home = WIRE_PROTOCOLS.find((each) => each === wire);
  if (home) WIRES[home].decodeRequest(body, requestTarget(home));
  return true;
}

describe("any request", () => {
  it(
    "is refused, or a conversation that the provider takes and its own clients could have sent",
    () => {
      let sentCount = 0;
      fc.assert(
        fc.property(anyRequest, fc.nat(60), (request, draw) => {
          for (const target of targets(request.source, draw)) if (isSayable(request, target)) sentCount++;
        }),
        { numRuns: RUNS },
      );
      // Most is sent; a property of refusals alone would hold for a gateway that does nothing.
      expect(sentCount).toBeGreaterThan(RUNS);
    },
    TIMEOUT_MS,
  );
});
