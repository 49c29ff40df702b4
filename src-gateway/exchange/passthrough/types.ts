/** The straight path: what a client sends to a provider without the gateway knowing more of it than where it should go. */
import type { Surface, WireProtocol } from "../../ir/protocol.ts";
import type { ProviderInstance } from "../../providers/types.ts";
import type { AnyDispatch } from "../../upstream/types.ts";
import type { ExchangeWorld, Inbound } from "../types.ts";

export interface PassthroughRoute {
  /** The first segment of the path, where it names a provider; null below the gateway's own `/v1`. */
  provider: string | null;
  /** What follows `/v1` or the provider's name: undecoded, with its slash in front, without the query. */
  path: string;
  surface: Surface;
  /** The wire that the path belongs to; null when several have it or nobody knows. */
  dialect: WireProtocol | null;
  /** Who probably knows what is asked for; whom the client names comes first. */
  likely?: { provider: string; reason: string };
}

/** A body that is still arriving; it waits while nobody reads. */
export interface BodySource {
  /** From the header; null when the client did not say. */
  readonly length: number | null;
  /** The next piece, null at the end and after `stop`. Rejects when the client leaves. */
  read(): Promise<Buffer | null>;
  /** Nobody reads on. */
  stop(): void;
}

export interface PassthroughInbound extends Inbound {
  method: string;
  route: PassthroughRoute;
  /** Null when the request has none. */
  body: BodySource | null;
}

/** The keys of a provider's base URLs. */
export type ProviderBase = keyof ProviderInstance["protocols"];

export interface PassthroughTarget {
  instance: ProviderInstance;
  base: ProviderBase;
  url: string;
  /** Null when the request names none. */
  model: string | null;
  reason: string;
}

export interface PassthroughWorld extends ExchangeWorld {
  dispatch: AnyDispatch;
  instances(): ReadonlyMap<string, ProviderInstance>;
}
