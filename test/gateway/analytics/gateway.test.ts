import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type FakeClickHouse, startFakeClickHouse } from "../../fakes/clickhouse.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { until } from "../../support/until.ts";
import { clientAs } from "../admin-api/admin-client.ts";

const PASSWORD = "hunter2-of-clickhouse";
let server: FakeClickHouse;
let dataDir: string;
let gateway: TestGateway | null = null;
beforeEach(async () => {
  server = await startFakeClickHouse(PASSWORD);
  dataDir = mkdtempSync(join(tmpdir(), "tokligence-analytics-"));
});
afterEach(async () => {
  await gateway?.stop();
  gateway = null;
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const start = async (url: string | null): Promise<TestGateway> => {
  gateway = await startTestGateway({ dataDir, env: url === null ? {} : { TOKLIGENCE_CLICKHOUSE_URL: url } });
  return gateway;
};
const checkOf = async (of: TestGateway, key = of.key) =>
  (await clientAs(of, key).call("runChecks")).find(({ name }) => name === "analytics");

it("a gateway feeds what was there before it was given an address, and its doctor says so", async () => {
  const first = await start(null);
  expect(await checkOf(first)).toBeUndefined();
  const body = { model: "loopback", messages: [{ role: "user", content: "hello" }] };
  const answer = await first.post("/v1/chat/completions", body);
  expect(answer.status).toBe(200);
  const { id } = await first.recordOf(answer);
  await first.stop();
  const second = await start(server.url);
  await until(() => server.inserts.length > 0);
  expect(server.inserts.flat()).toMatchObject([{ id, surface: "chat", model_asked: "loopback", outcome: "completed" }]);
  await until(
    async () => (await checkOf(second, first.key))?.message === "0 entries of the ledger wait to be sent",
    10,
  );
});

it("a gateway whose ClickHouse refuses it serves as ever, and its doctor warns without the password", async () => {
  const open = await start(server.url.replace(PASSWORD, "wrong-password"));
  await until(async () => (await checkOf(open))?.state === "warn", 10);
  const check = await checkOf(open);
  expect(check?.message).toContain("Authentication failed");
  expect(JSON.stringify(check)).not.toContain("wrong-password");
  const { status } = await fetch(`${open.url}/health`);
  expect(status).toBe(200);
});
