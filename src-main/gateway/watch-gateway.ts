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

/** Provider circuits close, budgets begin anew and days end without a request. */
const ASK_EVERY_MS = 15_000;
/** The count of open requests is read from memory. */
const COUNT_EVERY_MS = 1_000;
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
  let asking: Promise<void> | null = null;
  let isStale = false;
  let gathering: NodeJS.Timeout | null = null;

  const ask = async (): Promise<void> => {
    try {
      const found = await readFacts(client, { nowMs: nowMs(), isGlanceWanted: wantsGlance() });
      if (!isStopped) facts = found;
    } catch (error) {
      if (!isStopped) onProblem(error);
    }
    openExchanges = desk.openExchanges();
    if (!isStopped) onChange();
  };
  const refresh = (): Promise<void> => {
    if (asking !== null) {
      isStale = !isStopped;
      return asking;
    }
    asking = (async () => {
      do {
        isStale = false;
        await ask();
      } while (isStale);
      asking = null;
    })();
    return asking;
  };
  const unwatch = desk.watch(({ attempts, outcome, provider }) => {
    const first = attempts[0]?.provider;
    if (first !== undefined && provider !== null && outcome === "completed")
      failover = first === provider ? null : { from: first, to: provider };
    gathering ??= setTimeout(() => {
      gathering = null;
      void refresh();
    }, GATHER_MS);
  });
  const timers = [
    setInterval(() => void refresh(), ASK_EVERY_MS),
    setInterval(() => {
      const now = desk.openExchanges();
      if (now === openExchanges) return;
      openExchanges = now;
      onChange();
    }, COUNT_EVERY_MS),
  ];
  void refresh();
  return {
    facts: () => facts && { ...facts, failover, openExchanges },
    refresh,
    stop() {
      isStopped = true;
      unwatch();
      for (const timer of timers) clearInterval(timer);
      if (gathering !== null) clearTimeout(gathering);
    },
  };
}
