import { expect, it } from "vitest";
import type { AdminClient } from "../../src-gateway/admin-api/contract/client.ts";
import { readFacts } from "../../src-main/gateway/read-facts.ts";

const problem = "keychain:home cannot be read, because the keychain did not answer within 3 s; it may be locked";
const answersWhile = (state: string): AdminClient => {
  const answers: Record<string, unknown> = {
    getStatus: { url: "http://127.0.0.1:1", baseUrls: {}, paused: false, secretStore: { kind: "keychain", state } },
    // As it was when its models were last asked for.
    listProviders: [{ id: "home", problem }],
    listHealth: { circuits: [] },
    usageSummary: { costNano: 0, usage: {}, unpriced: 0 },
    listBudgets: { budgets: [] },
    getUpdates: { updateAvailable: false, latestVersion: null, url: null },
    getConfigDocument: { value: {} },
  };
  return { call: async (name: string) => answers[name] } as unknown as AdminClient;
};

it("counts a provider's key as locked until the keychain answers again", async () => {
  const lockedWhile = async (state: string): Promise<string[]> =>
    (await readFacts(answersWhile(state), { nowMs: 0, isGlanceWanted: false })).lockedKeys as string[];
  expect(await lockedWhile("locked")).toEqual(["home"]);
  expect(await lockedWhile("missing")).toEqual(["home"]);
  expect(await lockedWhile("open")).toEqual([]);
});
