import type { QueueMode } from "../settings/types.ts";
import { FairQueue } from "./fair-queue.ts";
import { HybridQueue } from "./hybrid-queue.ts";
import { StrictQueue } from "./strict-queue.ts";
import type { WaitingQueue } from "./waiting-queue.ts";

export function createQueue(mode: QueueMode): WaitingQueue {
  switch (mode) {
    case "strict":
      return new StrictQueue();
    case "fair":
      return new FairQueue();
    case "hybrid":
      return new HybridQueue();
  }
}
