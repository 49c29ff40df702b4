/** Which of several addresses of a provider answers first. No key is sent, so any answer counts. */
import { request } from "undici";
import { GatewayError } from "../ir/errors.ts";
import { describeThrown } from "./describe-thrown.ts";
import { createGuardedAgent } from "./guarded-agent.ts";
import type { WaysOut } from "./ways-out.ts";

export interface RaceEntry {
  baseUrl: string;
  latencyMs: number | null;
  fastestMs: number | null;
  tries: number;
  failed: number;
  problem: string | null;
}

interface RaceOptions {
  tries: number;
  allowMetadata: boolean;
  ways?: Pick<WaysOut, "fresh" | "proxyTo">;
}

const TIMEOUT_MS = 5_000;

/** Fastest first; those that do not answer come last. Each try is over a connection of its own, as a first request is. */
export async function raceUrls(baseUrls: readonly string[], options: RaceOptions): Promise<RaceEntry[]> {
  const entries = await Promise.all([...new Set(baseUrls)].map((baseUrl) => raceOne(baseUrl, options)));
  return entries.sort((a, b) => (a.latencyMs ?? Number.POSITIVE_INFINITY) - (b.latencyMs ?? Number.POSITIVE_INFINITY));
}

async function raceOne(baseUrl: string, options: RaceOptions): Promise<RaceEntry> {
  const { tries } = options;
  const timesMs: number[] = [];
  let problem: string | null = null;
  for (let n = 0; n < tries; n++) {
    try {
      timesMs.push(await timeOf(baseUrl, options));
    } catch (error) {
      problem = error instanceof GatewayError ? error.message : describeThrown(error).detail;
    }
  }
  timesMs.sort((a, b) => a - b);
  return {
    baseUrl,
    latencyMs: timesMs[Math.floor((timesMs.length - 1) / 2)] ?? null,
    fastestMs: timesMs[0] ?? null,
    tries,
    failed: tries - timesMs.length,
    problem,
  };
}

async function timeOf(baseUrl: string, options: RaceOptions): Promise<number> {
  const dispatcher = await createGuardedAgent(baseUrl, options);
  try {
    const startMs = performance.now();
    const reply = await request(baseUrl, { method: "GET", dispatcher, signal: AbortSignal.timeout(TIMEOUT_MS) });
    const tookMs = Math.round(performance.now() - startMs);
    await reply.body.dump();
    return tookMs;
  } finally {
    await dispatcher.destroy();
  }
}
