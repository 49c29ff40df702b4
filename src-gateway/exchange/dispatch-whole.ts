/** One small call on the side of an exchange, read to its end. */
import { GatewayError } from "../ir/errors.ts";
import type { Leaving } from "../lib/leaving.ts";
import type { ExchangeWorld, Headers, UpstreamRequest } from "./types.ts";

const MAX_ANSWER_BYTES = 1024 * 1024;
/** A counter that is slower than this is of no use to anyone. */
const TIMEOUT_MS = 10_000;

/** @throws GatewayError provider_unreachable when no whole answer comes. */
export function dispatchWhole(
  world: Pick<ExchangeWorld, "dispatch">,
  request: Pick<UpstreamRequest, "url" | "headers" | "body">,
  signal: Leaving,
): Promise<{ status: number; headers: Headers; body: Buffer }> {
  return new Promise((resolve, reject) => {
    let head: { status: number; headers: Headers } | null = null;
    const chunks: Buffer[] = [];
    let length = 0;
    const fail = (detail: string): void =>
      reject(new GatewayError("provider_unreachable", `The provider gave no whole answer: ${detail}.`));
    const call = world.dispatch(
      { ...request, timeouts: { firstByteMs: TIMEOUT_MS, idleMs: TIMEOUT_MS } },
      {
        onHead: (status, headers) => {
          head = { status, headers };
        },
        onData: (chunk) => {
          length += chunk.length;
          if (length <= MAX_ANSWER_BYTES) chunks.push(chunk);
        },
        onEnd: () =>
          head && length <= MAX_ANSWER_BYTES
            ? resolve({ ...head, body: Buffer.concat(chunks) })
            : fail("it is too long"),
        onError: ({ detail }) => fail(detail),
      },
    );
    signal.addEventListener("abort", () => call.abort(), { once: true });
  });
}
