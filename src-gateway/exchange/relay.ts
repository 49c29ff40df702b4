/** Same wire on both sides: the caller's bytes go out with a few edits, the provider's come back untouched while a reader listens. */
import { WIRES } from "../protocols/wires.ts";
import type { ProviderTarget } from "./attempt.ts";
import { headersToClient } from "./forwarded-headers.ts";
import { createFrameReader } from "./frame-reader.ts";
import type { Lane } from "./lane.ts";
import { createModelEcho } from "./model-echo.ts";
import { buildProviderRequest } from "./provider-request.ts";
import { createIdListener, listeningReader } from "./response-history.ts";
import type { ExchangeState } from "./state.ts";

export function createRelay(state: ExchangeState, target: ProviderTarget): Lane {
  const { inbound, stream } = state;
  const wire = WIRES[inbound.wire];
  const { hidesUsage, ...request } = buildProviderRequest({
    wire: inbound.wire,
    target: inbound.target,
    body: state.body,
    head: state.head,
    headers: inbound.headers,
    instance: target.instance,
    model: target.model,
  });
  const framing = stream?.framing ?? "sse";
  const noteId = createIdListener(state, target);
  const echo = target.model === state.head.model ? null : createModelEcho(inbound.wire, state.head.model);
  return {
    request,
    losses: [],
    relaysErrors: true,
    isStream(headers, first) {
      if (String(headers["content-type"] ?? "").includes("event-stream")) return true;
      const start = first.toString("latin1", 0, 64).trimStart();
      return framing === "json-array" ? start.startsWith("[") : !start.startsWith("{");
    },
    openFrames: () =>
      createFrameReader({
        reader: listeningReader(wire.createStreamReader(inbound.target.surface), noteId),
        framing,
        hidesUsage,
        echo,
      }),
    readWhole(body) {
      noteId?.(body);
      const facts = wire.readAnswer(body, inbound.target.surface);
      return { facts, body: echo ? echo(body) : body };
    },
    streamWhole: () => null,
    headersToClient,
    decodeError: (status, headers, body) => wire.decodeError(status, headers, body),
  };
}
