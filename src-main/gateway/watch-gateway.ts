/** Keeps what the tray shows of a running gateway: asks when something was done, and now and then for what does by itself. */
import { createAdminClient } from "../../src-gateway/admin-api/contract/client.ts";
import { ENDPOINTS } from "../../src-gateway/admin-api/contract/endpoints.ts";
import type { HostDesk } from "../../src-gateway/index.ts";
import type { TraySnapshot } from "../tray/types.ts";
import { type GatewayFacts, readFacts } from "./read-facts.ts";

export type LiveFacts = GatewayFacts & Pick<TraySnapshot, "openExchanges" | "failover">;

export interface GatewayWatch {
  /** Null before the first answer. */
  facts(): LiveFacts | null;
  /** Asks now; what is under way already may be older than what was just done, so it is asked once more. */
  refresh(): Promise<void>;
  stop(): void;
}

/** Budgets begin anew and days end without a request. */
const ASK_EVERY_MS = 60_000;
/** While there is a popover, or requests come: what the gateway adds up by itself may come after they have ended. */
const ASK_OFTEN_MS = 15_000;
/** The count of open requests and the gateway's pulse are read from memory. */
const LOOK_EVERY_MS = 1_000;
/** Agents often ask several things in a moment. */
const GATHER_MS = 200;

export interface WatchOptions {
  onChange: () => void;
  onProblem: (error: unknown) => void;
  /** Whether there is a popover, which shows more than the tray. */
  wantsGlance?: () => boolean;
  nowMs?: () => number;
}

export function watchGateway(
  desk: HostDesk,
  { onChange, onProblem, wantsGlance = () => false, nowMs = Date.now }: WatchOptions,
): GatewayWatch {
  const client = createAdminClient(desk.admin, ENDPOINTS);
  let facts: GatewayFacts | null = null;
  let failover: TraySnapshot["failover"] = null;
  let openExchanges = 0;
  let isStopped = false;
  let gathering: NodeJS.Timeout | null = null;
  let pulse = desk.pulse();
  let askedMs = Number.NEGATIVE_INFINITY;
  let busyMs = Number.NEGATIVE_INFINITY;

  const ask = async (): Promise<void> => {
    askedMs = performance.now();
    try {
      const found = await readFacts(client, { nowMs: nowMs(), isGlanceWanted: wantsGlance() });
      if (!isStopped) facts = found;
    } catch (error) {
      if (!isStopped) onProblem(error);
    }
    openExchanges = desk.openExchanges();
    if (!isStopped) onChange();
  };
  const refresh = onceAtATime(ask, () => isStopped);
  const look = (): void => {
    const count = desk.openExchanges();
    const isOther = count !== openExchanges;
    openExchanges = count;
    if (isOther) onChange();
    const now = performance.now();
    const patienceMs = wantsGlance() || now - busyMs < ASK_EVERY_MS ? ASK_OFTEN_MS : ASK_EVERY_MS;
    const felt = desk.pulse();
    if (felt === pulse && now - askedMs < patienceMs) return;
    pulse = felt;
    void refresh();
  };
  const unwatch = desk.watch(({ attempts, outcome, provider }) => {
    busyMs = performance.now();
    const first = attempts[0]?.provider;
    if (first !== undefined && provider !== null && outcome === "completed")
      failover = first === provider ? null : { from: first, to: provider };
    gathering ??= setTimeout(() => {
      gathering = null;
      void refresh();
    }, GATHER_MS);
  });
  const timer = setInterval(look, LOOK_EVERY_MS);
  void refresh();
  return {
    facts: () => facts && { ...facts, failover, openExchanges },
    refresh,
    stop() {
      isStopped = true;
      unwatch();
      clearInterval(timer);
      if (gathering !== null) clearTimeout(gathering);
    },
  };
}

/** Who asks while it works is told when it has been done once more, after that question. */
function onceAtATime(work: () => Promise<void>, isOver: () => boolean): () => Promise<void> {
  let working: Promise<void> | null = null;
  let isStale = false;
  return () => {
    if (working !== null) {
      isStale = !isOver();
      return working;
    }
    working = (async () => {
      do {
        isStale = false;
        await work();
      } while (isStale);
      working = null;
    })();
    return working;
  };
}
