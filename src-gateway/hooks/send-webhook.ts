/**
 * A signed POST to an address that was judged. Node's own client and not the one of upstream/: that one calls providers, over
 * connections that are kept, and here each call has to be bound to the address that was looked up and judged for it.
 */
import http from "node:http";
import https from "node:https";
import type { LookupFunction } from "node:net";
import { judgedAddresses, type LookUp } from "../lib/address-guard.ts";
import { outputKeeper } from "./output-keeper.ts";
import { signedHeaders } from "./sign.ts";
import type { Outcome } from "./types.ts";

export interface WebhookCall {
  url: string;
  message: { id: string; body: string };
  secrets: readonly string[];
  allowPrivate: boolean;
  timeoutMs: number;
  /** Now, in milliseconds since 1970. */
  nowMs: number;
  signal: AbortSignal;
  userAgent: string;
  lookUp?: LookUp;
  /** Of a private authority, for tests of TLS. */
  ca?: string;
}

/** Never throws. */
export async function sendWebhook(call: WebhookCall): Promise<Outcome> {
  const startedMs = performance.now();
  const output = outputKeeper();
  const timeout = AbortSignal.timeout(call.timeoutMs);
  const signal = AbortSignal.any([timeout, call.signal]);
  let code: number | null = null;
  let retryAfterMs: number | null = null;
  let problem: string | null;
  try {
    const reply = await Promise.race([post(call, output, signal), rejected(signal)]);
    code = reply.status;
    retryAfterMs = reply.retryAfterMs;
    problem = problemOf(code);
  } catch (error) {
    problem = call.signal.aborted
      ? "the gateway stopped"
      : timeout.aborted
        ? `it did not answer within ${call.timeoutMs / 1000} s`
        : wordsOf(error);
  }
  const ms = Math.round(performance.now() - startedMs);
  return {
    isDelivered: problem === null,
    code,
    ms,
    problem,
    output: output.text(),
    retryAfterMs,
    isGone: code === 410,
  };
}

async function post(
  { url, message, secrets, allowPrivate, nowMs, userAgent, lookUp, ca }: WebhookCall,
  output: ReturnType<typeof outputKeeper>,
  signal: AbortSignal,
): Promise<{ status: number; retryAfterMs: number | null }> {
  const target = new URL(url);
  if (target.protocol !== "https:" && !(target.protocol === "http:" && allowPrivate))
    throw new Error("its address has to begin with https://");
  if (target.username !== "" || target.password !== "") throw new Error("its address holds a user or a password");
  const headers = {
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(message.body)),
    "user-agent": userAgent,
    ...signedHeaders(message, secrets, nowMs),
  };
  const addresses = await judgedAddresses(target.hostname, { allowPrivate, ...(lookUp ? { lookUp } : {}) });
  signal.throwIfAborted();
  const pinned: LookupFunction = (_host, options, answer) => {
    if (options.all === true) answer(null, addresses);
    else answer(null, addresses[0].address, addresses[0].family);
  };
  const { request } = target.protocol === "https:" ? https : http;
  return new Promise((resolve, reject) => {
    const sent = request(
      target,
      { method: "POST", headers, agent: false, lookup: pinned, signal, ...(ca === undefined ? {} : { ca }) },
      (response) => {
        const status = response.statusCode ?? 0;
        const retryAfterMs = retryAfterOf(response.headers["retry-after"], nowMs);
        const done = (): void => resolve({ status, retryAfterMs });
        // The status says it all; what is behind it is kept for people, and no longer than it comes willingly.
        response.on("data", (chunk: Buffer) => {
          if (output.add(chunk)) return;
          done();
          response.destroy();
        });
        response.once("end", done);
        response.once("error", done);
        response.once("close", done);
      },
    );
    sent.once("error", reject);
    sent.end(message.body);
  });
}

function rejected(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    else signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}

function problemOf(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400)
    return `it answered ${status}, and redirects are not followed: write down the final address`;
  if (status === 410) return "it answered 410: nothing more is sent to it";
  return `it answered ${status}`;
}

/** Seconds, or a date. */
function retryAfterOf(header: string | undefined, nowMs: number): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const atMs = Date.parse(header);
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
}

/** Messages of Node's errors name hosts and addresses, and an address can be a secret. */
function wordsOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error instanceof Error ? error.message : "it cannot be called";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return `its name cannot be looked up (${code})`;
  return `it cannot be reached (${code})`;
}
