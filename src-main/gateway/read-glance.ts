import type { AdminClient } from "../../src-gateway/admin-api/contract/client.ts";

/** What the popover shows of today besides what the tray knows; read only while there is a popover. */
export interface Glance {
  requests: number;
  failures: number;
  /** What each hour since midnight cost, the running one last; in nano-USD. */
  hoursNano: readonly number[];
  providers: Readonly<Record<string, { requests: number; failures: number }>>;
  /** The ones that cost most first; null for requests that did not say. */
  agents: readonly { name: string | null; requests: number; costNano: number }[];
}

const HOUR_US = 3_600_000_000;
const SHOWN_AGENTS = 4;

/** @param todayUs when today began here. @throws AdminError */
export async function readGlance(client: AdminClient, todayUs: number, nowUs: number): Promise<Glance> {
  const hours = Math.max(1, Math.ceil((nowUs - todayUs + 1) / HOUR_US));
  const startsUs = Array.from({ length: hours }, (_, hour) => todayUs + hour * HOUR_US);
  const [providers, agents, series] = await Promise.all([
    client.call("usageBreakdown", { query: { fromUs: todayUs, groupBy: "provider" } }),
    client.call("usageBreakdown", { query: { fromUs: todayUs, groupBy: "agent" } }),
    client.call("usageSeries", { query: { startsUs: startsUs.join(), toUs: todayUs + hours * HOUR_US } }),
  ]);
  const sum = (of: "requests" | "failures"): number => providers.reduce((all, each) => all + each[of], 0);
  return {
    requests: sum("requests"),
    failures: sum("failures"),
    hoursNano: startsUs.map((_, hour) => series.groups.reduce((all, { costNano }) => all + (costNano[hour] ?? 0), 0)),
    providers: Object.fromEntries(
      providers.flatMap(({ group, requests, failures }) => (group === null ? [] : [[group, { requests, failures }]])),
    ),
    agents: agents
      .toSorted((a, b) => b.costNano - a.costNano || b.requests - a.requests)
      .slice(0, SHOWN_AGENTS)
      .map(({ group, requests, costNano }) => ({ name: group, requests, costNano })),
  };
}
