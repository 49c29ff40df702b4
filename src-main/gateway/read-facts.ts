import type { AdminClient } from "../../src-gateway/admin-api/contract/client.ts";
import type { ReplyOf } from "../../src-gateway/admin-api/contract/endpoints.ts";
import type { TrayBudget, TraySnapshot } from "../tray/types.ts";
import { type Glance, readGlance } from "./read-glance.ts";

/** What is asked of the gateway; the rest of a snapshot the app knows itself. */
export type GatewayFacts = Pick<
  TraySnapshot,
  "url" | "paused" | "providers" | "providerInUse" | "lockedKeys" | "today" | "budget" | "update"
> & {
  baseUrls: Readonly<Record<string, string>>;
  /** Where a new version is told of. */
  updateUrl: string | null;
  /** Null while nobody wants it. */
  glance: Glance | null;
};

/** @param nowMs on the clock of people. @throws AdminError */
export async function readFacts(
  client: AdminClient,
  { nowMs, isGlanceWanted }: { nowMs: number; isGlanceWanted: boolean },
): Promise<GatewayFacts> {
  const todayUs = startOfDayUs(nowMs);
  const [status, providers, health, spent, budgets, updates, document, glance] = await Promise.all([
    client.call("getStatus"),
    client.call("listProviders"),
    client.call("listHealth"),
    client.call("usageSummary", { query: { fromUs: todayUs } }),
    client.call("listBudgets"),
    client.call("getUpdates"),
    client.call("getConfigDocument"),
    isGlanceWanted ? readGlance(client, todayUs, nowMs * 1_000) : null,
  ]);
  return {
    url: status.url,
    paused: status.paused,
    baseUrls: status.baseUrls,
    providers: providers.map(({ id }) => ({ id, isDown: isDown(id, health) })),
    providerInUse: providerInUse(document.value),
    // A provider's own problem is as old as the last list of its models; the keychain may have been unlocked since.
    lockedKeys:
      status.secretStore?.state === "open"
        ? []
        : providers.flatMap(({ id, problem }) => (isLocked(problem) ? [id] : [])),
    today: { costNano: spent.costNano, tokens: tokensOf(spent.usage), unpriced: spent.unpriced },
    budget: nearestBudget(budgets.budgets),
    update:
      updates.updateAvailable && updates.latestVersion !== null
        ? { version: updates.latestVersion, isStaged: false }
        : null,
    updateUrl: updates.url,
    glance,
  };
}

const isDown = (id: string, { circuits }: ReplyOf<"listHealth">): boolean =>
  circuits.some(({ provider, model, circuit }) => provider === id && model === null && circuit === "open");

/** The gateway says it in these words, whichever system's keychain it is. */
const isLocked = (problem: string | null): boolean =>
  problem !== null && /the keychain did not answer|no keychain answers/.test(problem);

function tokensOf({ reasoning: _ofOutput, ...usage }: ReplyOf<"usageSummary">["usage"]): number {
  return Object.values(usage).reduce((sum, count) => sum + count, 0);
}

/** One for all protocols, or one a protocol; a tray has room for the first. */
function providerInUse(document: unknown): string | null {
  const chosen = (document as { default_provider?: unknown } | null)?.default_provider;
  if (typeof chosen === "string") return chosen;
  const forAll = (chosen as Record<string, unknown> | null | undefined)?.["*"];
  return typeof forAll === "string" ? forAll : null;
}

function nearestBudget(budgets: ReplyOf<"listBudgets">["budgets"]): TrayBudget | null {
  let nearest: TrayBudget | null = null;
  for (const { budget: name, kind, spent, limit, unit } of budgets) {
    const percent = limit > 0 ? (spent / limit) * 100 : 0;
    if (nearest === null || percent > nearest.percent)
      nearest = { name, percent, isStopped: kind === "hard" && percent >= 100, amounts: { spent, limit, unit } };
  }
  return nearest;
}

function startOfDayUs(nowMs: number): number {
  return new Date(nowMs).setHours(0, 0, 0, 0) * 1_000;
}
