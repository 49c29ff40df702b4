import { describe, expect, it } from "vitest";
import type { IrAnswer } from "../../../../src-gateway/ir/answer.ts";
import type { Part, ThinkingPart } from "../../../../src-gateway/ir/part.ts";
import type { ProviderWire } from "../../../../src-gateway/ir/protocol.ts";
import { adaptRequest } from "../../../../src-gateway/protocols/adapt/adapt.ts";
import { restoreAnswer } from "../../../../src-gateway/protocols/adapt/restore.ts";
import { irRequest, turn } from "../../../support/ir-request.ts";

const signed = (wire: ProviderWire): ThinkingPart[] => [
  { kind: "thinking", text: "Two places to look at.", opaque: { wire, value: "sig-1" } },
  { kind: "thinking", text: "", redacted: true, opaque: { wire, value: "sealed" } },
];
const call = (id: string): Part => ({ kind: "call", id, name: "look", args: "{}" });

/** What a client of Gemini is given by a provider of another wire. */
function given(wire: ProviderWire, parts: Part[]): Part[] {
  const answer: IrAnswer = {
    id: "a",
    model: "some-model",
    parts,
    finish: { reason: "tool_calls", raw: null },
    usage: null,
  };
  const adapted = { names: null, wrapped: new Set<string>() };
  const client = "gemini-content";
  return restoreAnswer(answer, {
    client,
    adapted,
    provider: "only",
    providerWire: wire,
    model: "some-model",
    exchangeId: 1,
  }).parts;
}

/** What becomes of it on the way back. */
function returned(parts: Part[], wire: ProviderWire, provider = "only"): Part[] {
  const results = parts.flatMap((part): Part[] =>
    part.kind === "call"
      ? [{ kind: "result", id: part.id, parts: [{ kind: "text", text: "seen" }], isError: false }]
      : [],
  );
  const turns = [turn("user", "look"), turn("assistant", ...parts), turn("user", ...results)];
  const request = irRequest(turns, { source: "gemini-content" });
  const profile = {};
  const adapted = adaptRequest(request, { wire, provider, model: "some-model", profile, compat: new Set() });
  return adapted.request.turns[1]?.parts ?? [];
}

const withoutThoughts = (parts: Part[]): Part[] => parts.filter((part) => part.kind !== "thinking");

describe.each(["anthropic-messages", "openai-responses"] as const)("thoughts of %s with a client of Gemini", (wire) => {
  const parts = given(wire, [...signed(wire), call("c1"), call("c2")]);

  it("travel on the first call after them, and come back in front of it", () => {
    const [first, second] = withoutThoughts(parts);
    expect(first?.opaque?.wire).toBe("gemini-content");
    expect(second?.opaque).toBeUndefined();
    const [thought, sealed, ...calls] = returned(withoutThoughts(parts), wire);
    expect(thought).toMatchObject({ text: "Two places to look at.", opaque: { wire, value: "sig-1" } });
    expect(sealed).toMatchObject({ redacted: true, opaque: { wire, value: "sealed" } });
    expect(calls).toMatchObject([
      { kind: "call", id: "c1" },
      { kind: "call", id: "c2" },
    ]);
    expect(calls.map((part) => part.opaque)).toEqual([undefined, undefined]);
  });

  it("come back once from a client that keeps them as well", () => {
    expect(returned(parts, wire).map((part) => part.kind)).toEqual(["thinking", "thinking", "call", "call"]);
  });

  it("go to nobody but their maker", () => {
    expect(returned(parts, wire, "another").map((part) => part.kind)).toEqual(["call", "call"]);
    expect(JSON.stringify(returned(parts, "gemini-content"))).not.toContain("TKL1");
  });
});

it("leaves a call alone that nothing was thought before", () => {
  expect(given("anthropic-messages", [call("c1")])).toEqual([call("c1")]);
});
