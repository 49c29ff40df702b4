/** One plain request to a provider, for everything off the hot path: model lists and probes. */
import { type Dispatcher, request } from "undici";
import { GatewayError } from "../ir/errors.ts";
import type { ProviderWire } from "../ir/protocol.ts";
import type { ProviderInstance } from "../providers/types.ts";
import type { CredentialRef } from "../settings/types.ts";
import { describeThrown } from "./describe-thrown.ts";
import { providerHeaders } from "./provider-headers.ts";
import type { WaysOut } from "./ways-out.ts";

const MAX_ANSWER_BYTES = 8 * 1024 * 1024;

/** Gives the value of a credential. @throws GatewayError credential_missing */
export type ResolveSecret = (ref: CredentialRef) => Promise<string>;

export interface ProviderCall {
  wire: ProviderWire;
  method: "GET" | "POST";
  /** Below the base URL of the wire, query included. */
  path: string;
  body?: unknown;
  timeoutMs: number;
  /** Connections of its own. */
  dispatcher?: Dispatcher;
  /** Which way it takes without; straight when left out. */
  ways?: Pick<WaysOut, "to"> | undefined;
}

export interface ProviderReply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

/** @throws GatewayError credential_missing, provider_unreachable, provider_timeout */
export async function callProvider(
  instance: ProviderInstance,
  call: ProviderCall,
  resolveSecret: ResolveSecret,
): Promise<ProviderReply> {
  const base = instance.protocols[call.wire];
  if (base === undefined)
    throw new GatewayError("protocol_not_spoken", `The provider "${instance.id}" is not spoken to in ${call.wire}.`);
  const secret = instance.credential ? await resolveSecret(instance.credential) : null;
  const headers: Record<string, string> = {
    ...(call.wire === "anthropic-messages" ? { "anthropic-version": "2023-06-01" } : {}),
    ...instance.headers,
    ...providerHeaders(instance, call.wire, secret),
    accept: "application/json",
    ...(call.body === undefined ? {} : { "content-type": "application/json" }),
  };
  try {
    const reply = await request(base + call.path, {
      method: call.method,
      headers,
      body: call.body === undefined ? null : JSON.stringify(call.body),
      signal: AbortSignal.timeout(call.timeoutMs),
      ...dispatcherOf(call, base),
    });
    return { status: reply.statusCode, headers: reply.headers, body: await readBounded(reply.body) };
  } catch (error) {
    throw describe(error, instance.id, call.timeoutMs);
  }
}

function dispatcherOf({ dispatcher, ways }: ProviderCall, base: string): { dispatcher?: Dispatcher } {
  const found = dispatcher ?? ways?.to(new URL(base));
  return found ? { dispatcher: found } : {};
}

async function readBounded(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > MAX_ANSWER_BYTES) throw new Error(`the answer is larger than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function describe(thrown: unknown, id: string, timeoutMs: number): GatewayError {
  const error = thrown as NodeJS.ErrnoException;
  if (error.name === "TimeoutError" || error.name === "AbortError") {
    return new GatewayError("provider_timeout", `The provider "${id}" did not answer within ${timeoutMs} ms.`, {
      cause: thrown,
    });
  }
  return new GatewayError("provider_unreachable", `The provider "${id}" cannot be reached: ${reasonOf(error)}.`, {
    cause: thrown,
  });
}

function reasonOf(error: NodeJS.ErrnoException & { errors?: NodeJS.ErrnoException[] }): string {
  const code = error.code ?? error.errors?.[0]?.code ?? "";
  if (code === "ECONNREFUSED") return "nothing listens at its address";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "its name cannot be resolved";
  return describeThrown(error).detail;
}
