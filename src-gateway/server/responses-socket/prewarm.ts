/** The answer to a request that asks nothing of a model: `generate: false` only lets the connection remember it. Pure. */
import { GatewayError } from "../../ir/errors.ts";
import type { JsonObject } from "../../ir/json.ts";
import { NO_USAGE } from "../../ir/usage.ts";
import { scanJson } from "../../lib/json-scan.ts";
import { jsonValues } from "../../lib/json-values.ts";
import type { RequestTarget } from "../../protocols/types.ts";
import { WIRES } from "../../protocols/wires.ts";

/** The stream of an empty response. @throws GatewayError invalid_request */
export function prewarmFrames(
  body: Buffer,
  target: RequestTarget,
  exchange: { id: number; createdAt: number },
): Buffer {
  const wire = WIRES["openai-responses"];
  const { model } = wire.readRequest({ bytes: body, root: scanJson(body) }, target);
  if (model === "") throw new GatewayError("invalid_request", 'The field "model" is missing.', { param: "model" });
  const encoder = wire.createStreamEncoder({
    surface: target.surface,
    exchangeId: exchange.id,
    createdAt: exchange.createdAt,
    model,
    wantsUsage: true,
    framing: "sse",
    request: wire.decodeRequest(jsonValues(body, scanJson(body)) as JsonObject, target),
  });
  return Buffer.concat([
    encoder.push({ type: "start", id: null, model, usage: null }),
    encoder.push({ type: "end", finish: { reason: "stop", raw: null }, usage: { ...NO_USAGE } }),
  ]);
}
