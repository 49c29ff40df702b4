/** Every way in which an exchange can end, and what it should be settled as. */
import type { ServerResponse } from "node:http";
import type { ExchangeRecord } from "../../src-gateway/ir/exchange-record.ts";
import type { WireProtocol } from "../../src-gateway/ir/protocol.ts";
import { inputTotal } from "../../src-gateway/ir/usage.ts";
import { beginStream, INPUT_NANO, OUTPUT_NANO, SPEECH, wireOf } from "./ending-lanes.ts";
import { json, type RawProvider, type RawRequest } from "./raw-provider.ts";

/** What is known of the usage: nothing, what the first half of a stream tells, or all. */
type Known = "nothing" | "start" | "all";

export interface Ending {
  name: string;
  outcome: ExchangeRecord["outcome"];
  errorCode: string | null;
  known: Known;
  stream?: false;
  respond: RawProvider["respond"];
  /** When the client leaves. */
  leaves?: "unanswered" | "midstream";
  /** Its answer goes on when it has left. */
  drains?: true;
  /** How it was for the client. Gemini's is told of what breaks off, the others see it. */
  client?: "whole" | "broken";
}

/** Answers on their way, which go on when the test says so. */
export const held: (() => void)[] = [];

export const hold: RawProvider["respond"] = (request, reply) =>
  beginStream(request, reply, () => held.push(() => reply.end(SPEECH[wireOf(request)].end)));
export const endStream: RawProvider["respond"] = (request, reply) =>
  beginStream(request, reply, () => reply.end(SPEECH[wireOf(request)].end));
const answerWhole: RawProvider["respond"] = (request, reply) => json(SPEECH[wireOf(request)].whole)(request, reply);
const silence = (request: RawRequest, reply: ServerResponse): void => void held.push(() => answerWhole(request, reply));

export const ENDINGS: readonly Ending[] = [
  { name: "done, streamed", outcome: "completed", errorCode: null, known: "all", respond: endStream, client: "whole" },
  {
    name: "done, in one piece",
    outcome: "completed",
    errorCode: null,
    known: "all",
    stream: false,
    respond: answerWhole,
    client: "whole",
  },
  {
    name: "the client leaves in the middle",
    outcome: "client_aborted",
    errorCode: "request_timeout",
    known: "start",
    respond: hold,
    leaves: "midstream",
  },
  {
    name: "the client leaves before anything came",
    outcome: "client_aborted",
    errorCode: "request_timeout",
    known: "nothing",
    respond: silence,
    leaves: "unanswered",
  },
  {
    name: "the client leaves in the middle, and all is read",
    outcome: "client_aborted",
    errorCode: "request_timeout",
    known: "all",
    respond: hold,
    leaves: "midstream",
    drains: true,
  },
  {
    name: "the provider's connection is cut in the middle",
    outcome: "failed_midstream",
    errorCode: "provider_cut",
    known: "start",
    respond: (request, reply) => beginStream(request, reply, () => reply.socket?.destroy()),
    client: "broken",
  },
  {
    name: "the stream ends without its end",
    outcome: "failed_midstream",
    errorCode: "provider_cut",
    known: "start",
    respond: (request, reply) => beginStream(request, reply, () => reply.end()),
    client: "broken",
  },
  {
    name: "an error in the middle, after 200",
    outcome: "failed_midstream",
    errorCode: "overloaded",
    known: "start",
    respond: (request, reply) => beginStream(request, reply, () => reply.end(SPEECH[wireOf(request)].error)),
    client: "whole",
  },
  {
    name: "an error in place of the answer, after 200",
    outcome: "failed",
    errorCode: "overloaded",
    known: "nothing",
    respond(request, reply) {
      reply.writeHead(200, { "content-type": "text/event-stream" });
      reply.end(SPEECH[wireOf(request)].error);
    },
    client: "whole",
  },
  {
    name: "an error with its status",
    outcome: "failed",
    errorCode: "overloaded",
    known: "nothing",
    stream: false,
    respond: json({ error: { type: "overloaded_error", message: "busy" } }, 529),
    client: "whole",
  },
  {
    name: "the connection is cut before anything came",
    outcome: "failed",
    errorCode: "provider_unreachable",
    known: "nothing",
    respond: (_request, reply) => reply.socket?.destroy(),
    client: "whole",
  },
];

/** They need a gateway that waits for little, and on a busy machine no other ending should meet that. */
export const TIMEOUTS: readonly Ending[] = [
  {
    name: "no first byte in time",
    outcome: "failed",
    errorCode: "provider_timeout",
    known: "nothing",
    respond: silence,
    client: "whole",
  },
  {
    name: "silence in the middle",
    outcome: "failed_midstream",
    errorCode: "provider_timeout",
    known: "start",
    respond: hold,
    client: "broken",
  },
];

export function settledAs(
  { outcome, errorCode, known }: Pick<Ending, "outcome" | "errorCode" | "known">,
  wire: WireProtocol,
) {
  const start = known === "start" ? SPEECH[wire].usageAtStart : null;
  const [input, output] = known === "all" ? [5, 2] : (start ?? [0, 0]);
  const isKnown = known === "all" || start !== null;
  return {
    outcome,
    errorCode,
    usageSource: isKnown ? "provider" : "none",
    tokens: [input, output],
    costNano: isKnown ? input * INPUT_NANO + output * OUTPUT_NANO : null,
  };
}

export const settlementOf = ({ outcome, errorCode, usageSource, usage, cost }: ExchangeRecord) => ({
  outcome,
  errorCode,
  usageSource,
  tokens: [inputTotal(usage), usage.output],
  costNano: cost?.nano ?? null,
});
