import { expect, it } from "vitest";
import { holdsWrapped, wrapOpaque } from "../../../../src-gateway/protocols/adapt/opaque.ts";

const wrapped = wrapOpaque({
  opaque: { wire: "openai-responses", value: "state" },
  model: "m",
  isCall: false,
});

it("is found wherever it stands in a body", () => {
  for (const before of ["", "KL1eyJ", "TKL1eyJ ".repeat(3), "x".repeat(70_000)]) {
    const body = Buffer.from(JSON.stringify({ text: before, signature: wrapped }));
    expect(holdsWrapped(body)).toBe(true);
  }
});

it("is not taken for a text that only looks like it", () => {
  for (const text of ["KL1eyJ", "TKL1eyJ", "say TKL1eyJ", "TKL1ey", ""])
    expect(holdsWrapped(Buffer.from(JSON.stringify({ text: `say ${text}` })))).toBe(false);
  expect(holdsWrapped(Buffer.from("KL1eyJ"))).toBe(false);
});
