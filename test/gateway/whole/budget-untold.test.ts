/** Answers whose providers never said what they used: budgets count them all the same, and the ledger makes nothing up. */
import { expect, it } from "vitest";
import { answer, ask, bodyOf, COST, finished, nano, provider, spentOf, start } from "../../support/budget-gateway.ts";
import type { TestGateway } from "../../support/gateway.ts";
import type { RawProvider } from "../../support/raw-provider.ts";
import { until } from "../../support/until.ts";

/** Of `bodyOf`, at a third of its bytes and a dollar for a million. */
const INPUT_BETWEEN = [nano(0.001), nano(0.0011)] as const;
const limits = { budgets: [{ id: "b", per: "user", limit: 1 }] };

const expectInputOnly = (spent: number): void => {
  expect(spent).toBeGreaterThan(INPUT_BETWEEN[0]);
  expect(spent).toBeLessThan(INPUT_BETWEEN[1]);
};

it("count as their input was estimated when they are whole, and are recorded as not reported", async () => {
  const gateway = await start(limits);
  provider.respond = answer(null);
  const reply = await ask(gateway);
  await finished(gateway, reply);
  expectInputOnly(await spentOf(gateway));
  expect(await gateway.recordOf(reply)).toMatchObject({ outcome: "completed", usageSource: "none", cost: null });
});

it("count so when their client left after the first words, and not at all when there were none", async () => {
  const gateway = await start(limits);
  const leave = async (respond: RawProvider["respond"], hasBegun: (text: string) => boolean): Promise<void> => {
    const before = provider.requests.length;
    provider.respond = respond;
    const leaving = new AbortController();
    const asking = stream(gateway, leaving.signal);
    if (hasBegun("")) await until(() => provider.requests.length > before);
    else {
      const reader = (await asking).body?.getReader();
      await reader?.read();
    }
    leaving.abort();
    await asking.catch(() => null);
  };
  await leave(
    () => {},
    () => true,
  );
  await gateway.exchanges(1);
  expect(await spentOf(gateway)).toBe(0);
  const choice = { index: 0, delta: { content: "hi" } };
  await leave(
    (_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(`data: ${JSON.stringify({ model: "m", choices: [choice] })}\n\n`);
    },
    () => false,
  );
  const [last] = await gateway.exchanges(2);
  expect(last).toMatchObject({ outcome: "client_aborted", usageSource: "none", cost: null });
  expectInputOnly(await spentOf(gateway));
});

it("count as the gateway has counted them, where it does", async () => {
  const gateway = await start(limits, { env: { TOKLIGENCE_ESTIMATE_MISSING_USAGE: "true" } });
  provider.respond = answer(null);
  const reply = await ask(gateway);
  await finished(gateway, reply);
  const record = await gateway.recordOf(reply);
  expect(record).toMatchObject({ usageSource: "estimated" });
  expect(await spentOf(gateway)).toBe(record.cost?.nano);
  expect(record.cost?.nano).toBeGreaterThan(0);
  expect(record.cost?.nano).toBeLessThan(nano(COST));
});

const stream = ({ url, key }: TestGateway, signal: AbortSignal): Promise<Response> =>
  fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
    body: JSON.stringify(bodyOf({ stream: true })),
    signal,
  });
