/** Asks providers now and then whether they can be reached, where the operator does not want to wait for an attempt. */
import type { Health } from "./types.ts";

export interface ProberOptions {
  health: Pick<Health, "learn">;
  /** Ids of those that are configured now. */
  providers: () => readonly string[];
  /** Whether the provider answers at all; something cheap. May reject, which means no. */
  probe: (provider: string) => Promise<boolean>;
  intervalMs: number;
  random: () => number;
  /** A timer; the answer cancels it. */
  after: (ms: number, run: () => void) => () => void;
}

/** @returns what stops it. The first round comes after one interval. */
export function startProber({ health, providers, probe, intervalMs, random, after }: ProberOptions): () => void {
  let hasStopped = false;
  let cancel: () => void = () => {};
  const ask = async (provider: string): Promise<void> => {
    const isReachable = await probe(provider).catch(() => false);
    // It may have been taken out of the configuration in the meantime.
    if (!hasStopped && providers().includes(provider)) health.learn(provider, isReachable);
  };
  const round = async (): Promise<void> => {
    await Promise.all(providers().map(ask));
    schedule();
  };
  const schedule = (): void => {
    // A tenth of chance keeps many gateways from asking in step.
    if (!hasStopped) cancel = after(intervalMs * (1 + random() / 10), () => void round());
  };
  schedule();
  return () => {
    hasStopped = true;
    cancel();
  };
}
