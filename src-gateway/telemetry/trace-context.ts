/** W3C Trace Context: where a request stands in its client's trace, read from `traceparent`, or begun here. */
import { randomFillSync } from "node:crypto";

export interface TraceContext {
  /** 32 hex digits. */
  traceId: string;
  /** 16 hex digits: the client's span; null where the trace begins here. */
  parentSpanId: string | null;
  /** 16 hex digits: what the gateway does for this request. */
  spanId: string;
  /** The client, or the start of the trace, wants it recorded. */
  isSampled: boolean;
}

/** Which traces are recorded. */
export interface Sampling {
  /** Of those that begin here, from 0 to 1. */
  share: number;
  /** Whether a client's own decision counts. */
  followsParent: boolean;
}

const TRACEPARENT = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/;
const NO_TRACE = "0".repeat(32);
const NO_SPAN = "0".repeat(16);

export function readTraceContext(
  header: string | string[] | undefined,
  { share, followsParent }: Sampling = { share: 1, followsParent: true },
): TraceContext {
  const parent = typeof header === "string" ? parentOf(header.trim()) : null;
  const own = randomHex(parent === null ? 24 : 8);
  const traceId = parent?.traceId ?? own.slice(16);
  const isChosen = share >= 1 || Number.parseInt(traceId.slice(-13), 16) / 2 ** 52 < share;
  return {
    traceId,
    parentSpanId: parent?.spanId ?? null,
    spanId: own.slice(0, 16),
    isSampled: parent && followsParent ? parent.isSampled : isChosen,
  };
}

function parentOf(header: string): { traceId: string; spanId: string; isSampled: boolean } | null {
  const [, version = "", traceId = "", spanId = "", flags = "", more] = TRACEPARENT.exec(header) ?? [];
  // Only the first version is known to end here; `ff` is no version.
  if (traceId === "" || version === "ff" || (version === "00" && more !== undefined)) return null;
  if (traceId === NO_TRACE || spanId === NO_SPAN) return null;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** The span of one attempt, which can be told before it is recorded: the server's own, counted on. */
export function attemptSpanId(spanId: string, attempt: number): string {
  const next = BigInt.asUintN(64, BigInt(`0x${spanId}`) + BigInt(attempt));
  return (next === 0n ? 1n : next).toString(16).padStart(16, "0");
}

export const traceparentOf = (traceId: string, spanId: string, isSampled: boolean): string =>
  `00-${traceId}-${spanId}-${isSampled ? "01" : "00"}`;

/** Drawn and written out in bulk: one call to the system for many requests. */
const drawn = Buffer.alloc(4096);
let digits = "";
let used = 0;

function randomHex(bytes: number): string {
  if (used + 2 * bytes > digits.length) {
    digits = randomFillSync(drawn).toString("hex");
    used = 0;
  }
  const hex = digits.slice(used, (used += 2 * bytes));
  // All zeros means "none" in this standard.
  return hex.startsWith("0000") && /^0+$/.test(hex) ? randomHex(bytes) : hex;
}
