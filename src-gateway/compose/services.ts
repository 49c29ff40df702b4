import type { User } from "../auth/types.ts";
import type { ExchangeWorld } from "../exchange/types.ts";
import { PassingMap } from "../lib/passing-map.ts";
import { createTokenCounter } from "../token-count/counter.ts";
import { createUpstream } from "../upstream/dispatch.ts";
import type { Books } from "./books.ts";
import { type BudgetsSide, openBudgets } from "./budgets-side.ts";
import { type DiskSide, watchDisk } from "./disk-side.ts";
import { createExchangeWorld } from "./exchange-world.ts";
import { logBodies } from "./log-bodies.ts";
import { countBeside } from "./own-counts.ts";
import type { Parts } from "./parts.ts";
import { createResponseMemory } from "./response-memory.ts";
import { openTelemetry, type TelemetrySide } from "./telemetry-side.ts";

/** A few agents' bursts at once. */
const MAX_WAITING_COUNTS = 1_000;

/** What a request meets on its way, joined. Ended in three steps, because requests are still under way in between. */
export interface Services {
  world: ExchangeWorld;
  dispatch: ReturnType<typeof createUpstream>["dispatch"];
  /** Every request that is under way. */
  running: PassingMap<Promise<void>>;
  spending: BudgetsSide;
  disk: DiskSide;
  telemetry: TelemetrySide;
  /** Nothing new begins, and nobody waits for a person any more. */
  hush(): Promise<void>;
  /** The requests are over: what is still to be written of them is written. */
  finish(): Promise<void>;
  /** The last thing that is closed. */
  close(): Promise<void>;
}

export async function openServices(parts: Parts, books: Books, user: User): Promise<Services> {
  const upstream = createUpstream({ connectMs: parts.settings.timeouts.connectMs, ways: parts.ways });
  const counter = createTokenCounter({ maxQueue: MAX_WAITING_COUNTS });
  const memory = createResponseMemory(parts);
  const counted = countBeside(parts, books);
  const logged = logBodies(parts, counted.records);
  const spending = await openBudgets(parts, books.writer);
  const disk = watchDisk(parts, books.writer);
  const running = new PassingMap<Promise<void>>();
  const telemetry = openTelemetry(parts, books, { running, budgets: spending.budgets });
  const world = telemetry.watching({
    ...createExchangeWorld(parts, user, upstream.dispatch, books.records, counter, memory, spending.spending),
    ...logged.world,
    ...counted.listening(logged.world),
    noRoom: () => parts.pause.refusal() ?? disk.noRoom(),
  });
  return {
    world,
    dispatch: upstream.dispatch,
    running,
    spending,
    disk,
    telemetry,
    async hush() {
      disk.stop();
      world.joins?.stop();
      await spending.answerAll();
    },
    async finish() {
      await Promise.allSettled(running);
      await memory.answers.stop();
      await logged.stop();
      await counted.stop();
      await spending.stop();
    },
    async close() {
      await counter.close();
      await upstream.close();
    },
  };
}
