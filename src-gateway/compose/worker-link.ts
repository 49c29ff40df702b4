/** What the workers of one `gatewayd --workers` and the process that started them say to each other. */
import type { GatewayInfo } from "../index.ts";

/** To the process that started this one. */
export type FromWorker =
  | { say: "ready"; info: GatewayInfo }
  | { say: "ask-metrics"; call: number }
  | { say: "metrics"; call: number; text: string }
  | { say: "pause"; isPaused: boolean };

export type ToWorker =
  | { say: "give-metrics"; call: number }
  /** By the numbers of the workers; without those that did not answer in time. */
  | { say: "all-metrics"; call: number; texts: [worker: number, text: string][] }
  | { say: "pause"; isPaused: boolean };

export function tellSupervisor(message: FromWorker): void {
  // One that is gone is not told; its workers end.
  if (process.connected) process.send?.(message, () => {});
}

/** @throws Error in a process that nobody started as a worker. */
export function requireSupervisor(): void {
  if (process.send === undefined) throw new Error("--worker is for processes that `gatewayd --workers` starts.");
}

/** Node would end a worker at once when the process that started it is gone, in the middle of its answers. */
export async function endWithSupervisor(stop: () => void): Promise<void> {
  const { default: cluster } = await import("node:cluster");
  if (cluster.worker) cluster.worker.exitedAfterDisconnect = true;
  process.once("disconnect", stop);
}

export interface WorkerLink {
  /** The metrics of every worker. */
  allMetrics(): Promise<ReadonlyMap<number, string>>;
  tellPause(isPaused: boolean): void;
}

/** @param own what this worker answers when another asks, and does when another was told to. */
export function openWorkerLink(own: { metrics(): Promise<string>; setPaused(isPaused: boolean): void }): WorkerLink {
  const waiting = new Map<number, (texts: ReadonlyMap<number, string>) => void>();
  let calls = 0;
  const answer = async (call: number): Promise<void> => {
    tellSupervisor({ say: "metrics", call, text: await own.metrics() });
  };
  process.on("message", (message: ToWorker) => {
    if (message.say === "give-metrics") void answer(message.call).catch(() => {});
    if (message.say === "pause") own.setPaused(message.isPaused);
    if (message.say === "all-metrics") {
      waiting.get(message.call)?.(new Map(message.texts));
      waiting.delete(message.call);
    }
  });
  return {
    allMetrics: () =>
      new Promise((resolve) => {
        const call = ++calls;
        waiting.set(call, resolve);
        tellSupervisor({ say: "ask-metrics", call });
      }),
    tellPause: (isPaused) => tellSupervisor({ say: "pause", isPaused }),
  };
}
