/** What is sent to a provider: the client's own bytes with the few edits that the wire and the plan demand. */
import type { WireProtocol } from "../ir/protocol.ts";
import type { RequestBody, RequestHead, RequestTarget, Splice } from "../protocols/types.ts";
import { WIRES } from "../protocols/wires.ts";
import type { ProviderInstance } from "../providers/types.ts";
import { headersToProvider } from "./forwarded-headers.ts";
import type { Headers } from "./types.ts";

/** Up to here one copy is cheaper than several writes. */
const JOIN_BELOW_BYTES = 64 * 1024;

export interface ProviderRequest {
  url: string;
  headers: Record<string, string>;
  body: Buffer[];
}

export interface RelayedRequest {
  request: ProviderRequest;
  /** The stream was made to report usage that the client did not ask for, so that chunk is kept from it. */
  hidesUsage: boolean;
}

export function buildProviderRequest(input: {
  wire: WireProtocol;
  target: RequestTarget;
  body: RequestBody;
  head: RequestHead;
  headers: Headers;
  instance: ProviderInstance;
  model: string;
}): RelayedRequest {
  const { instance, head } = input;
  const wire = WIRES[input.wire];
  const asksForUsage = head.stream && !head.wantsUsage && !instance.compat.has("no-stream-options");
  const splices = wire.rewriteRequest(input.body, input.target, { model: input.model, askForUsage: asksForUsage });
  const base = instance.protocols[input.wire] ?? "";
  const headers = headersToProvider(
    { wire: input.wire, kind: instance.kind },
    { wire: input.wire, model: head.model, headers: input.headers },
  );
  Object.assign(headers, instance.headers);
  headers["content-type"] = "application/json";
  headers["accept"] = head.stream ? "text/event-stream, application/json" : "application/json";
  // Answers are read on the way through; compressing them for one local hop would only cost both sides time.
  headers["accept-encoding"] = "identity";
  const url = addressOf(base, wire.providerPath(input.target, input.model));
  return { request: { url, headers, body: applySplices(input.body.bytes, splices) }, hidesUsage: asksForUsage };
}

/** Nearly all requests go to a handful of addresses. */
const MAX_ADDRESSES = 500;
const MAX_KNOWN_PATH = 300;
const addresses = new Map<string, Map<string, string>>();
let addressCount = 0;

/** Mostly the one string that the last request had: it is looked up by others, and would be put together anew for that. */
function addressOf(base: string, path: string): string {
  const known = addresses.get(base)?.get(path);
  if (known !== undefined) return known;
  if (path.length > MAX_KNOWN_PATH) return base + path;
  if (addressCount >= MAX_ADDRESSES) {
    addresses.clear();
    addressCount = 0;
  }
  addressCount++;
  const address = base + path;
  const below = addresses.get(base) ?? new Map<string, string>();
  addresses.set(base, below.set(path, address));
  return address;
}

/** The body in parts: slices of the original bytes around the inserted texts. */
function applySplices(bytes: Buffer, splices: readonly Splice[]): Buffer[] {
  if (splices.length === 0) return [bytes];
  const parts: Buffer[] = [];
  let at = 0;
  for (const splice of splices) {
    if (splice.start > at) parts.push(bytes.subarray(at, splice.start));
    parts.push(Buffer.from(splice.text));
    at = splice.end;
  }
  if (at < bytes.length) parts.push(bytes.subarray(at));
  return bytes.length < JOIN_BELOW_BYTES ? [Buffer.concat(parts)] : parts;
}
