import { expect, it } from "vitest";
import type { IrEvent } from "../../../../src-gateway/ir/answer.ts";
import { type ErrorCode, GatewayError } from "../../../../src-gateway/ir/errors.ts";
import { asObject } from "../../../../src-gateway/protocols/loose-json.ts";
import { WIRES } from "../../../../src-gateway/protocols/wires.ts";
import { irRequest, turn } from "../../../support/ir-request.ts";

const wire = WIRES["openai-responses"];

/** The error of the failed response, relayed and translated. */
function failures(code: ErrorCode): unknown[] {
  const error = new GatewayError(code, "No.");
  const relayed = wire.encodeStreamError(error, { requestId: "r", framing: "sse", started: true });
  const encoder = wire.createStreamEncoder({
    surface: "responses",
    exchangeId: 1,
    createdAt: 0,
    model: "m",
    wantsUsage: true,
    framing: "sse",
    request: irRequest([turn("user", "hello")], { source: "openai-responses", stream: true }),
  });
  const events: IrEvent[] = [
    { type: "start", id: "a", model: "m", usage: null },
    { type: "error", error },
  ];
  const translated = Buffer.concat(events.map((event) => encoder.push(event)));
  return [relayed, translated].map((bytes) => {
    const data = bytes.toString().match(/event: response\.failed\ndata: (.+)/)?.[1] ?? "null";
    return asObject(asObject(JSON.parse(data))?.["response"])?.["error"];
  });
}

it("is called an error of the server where the provider was overloaded, so that Codex tries again", () => {
  const said = { code: "server_error", message: "No." };
  expect(failures("overloaded")).toEqual([said, said]);
});

it("keeps the codes that clients do well to give up on", () => {
  const said = { code: "insufficient_quota", message: "No." };
  expect(failures("quota_exceeded")).toEqual([said, said]);
});
