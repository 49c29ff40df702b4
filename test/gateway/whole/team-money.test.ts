/** What a team's keys spend: its budget, its sums and its statement. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { admin, budgetsOf, COST, finished, nano, post, spentOf, start } from "../../support/budget-gateway.ts";
import type { TestGateway } from "../../support/gateway.ts";
import { rootClient } from "../admin-api/admin-client.ts";

const folder = mkdtempSync(join(tmpdir(), "tokligence-team-money-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const limits = { budgets: [{ id: "b", per: "team", limit: COST * 3.5 }] };

async function keyOf(gateway: TestGateway, name: string): Promise<string> {
  const body = { name, scopes: ["team:Data"] };
  return (await rootClient(gateway).call("createUserKey", { params: { id: 1 }, body })).token;
}

it("is counted for all of them together, also after a restart, and told by team", async () => {
  const first = await start(limits, { dataDir: folder });
  const { key } = first;
  await admin(first, "/admin/teams", { name: "data" });
  const [one, two] = [await keyOf(first, "one"), await keyOf(first, "two")];
  for (const token of [one, two, key]) {
    const reply = await post(first, token);
    expect(reply.status).toBe(200);
    await finished(first, reply);
  }
  expect(await spentOf(first)).toBe(nano(COST * 2));
  const byTeam = await admin<ReplyOf<"usageBreakdown">>(first, "/usage/breakdown?groupBy=team");
  expect(byTeam.map(({ group, requests, costNano }) => [group, requests, costNano])).toEqual([
    ["data", 2, nano(COST * 2)],
    [null, 1, nano(COST)],
  ]);
  const month = new Date().toISOString().slice(0, 7);
  const { id } = await admin<ReplyOf<"makeStatement">>(first, "/ledger/statements", { month, team: "DATA" });
  await expect
    .poll(() => admin<ReplyOf<"getLedgerJob">>(first, `/ledger/jobs/${id}`), { timeout: 10_000 })
    .toMatchObject({ state: "done", result: { requests: 2, costNano: nano(COST * 2) } });
  await first.stop();

  const second = await start(limits, { dataDir: folder });
  const again = await post({ ...second, key }, one);
  expect(again.status).toBe(200);
  await again.arrayBuffer();
  const [status] = (await budgetsOf({ ...second, key })).budgets;
  expect(status).toMatchObject({ scope: "team", value: "data" });
  expect(await spentOf({ ...second, key })).toBe(nano(COST * 3));
  expect((await post(second, two)).status).toBe(402);
}, 30_000);
