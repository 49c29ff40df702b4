import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterEach, expect, it } from "vitest";
import type { AdminClient } from "../../../src-gateway/admin-api/contract/client.ts";
import { describeOnBothDatabases, describeOnPostgres } from "../../suites/store.suite.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { json, startRawProvider } from "../../support/raw-provider.ts";
import { clientAs } from "../admin-api/admin-client.ts";

const PLANTED = "sk-planted-0123456789abcdef0123456789";
const SHARED = {
  TOKLIGENCE_CONFIG_SOURCE: "database",
  TOKLIGENCE_SECRET_KEY: randomBytes(32).toString("base64"),
  TOKLIGENCE_AUTH_SECRET: randomBytes(32).toString("base64"),
};

let stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.reverse()) await stop();
  stops = [];
});

async function replica(ledgerUrl: string, config?: string): Promise<TestGateway> {
  const gateway = await startTestGateway({ ledgerUrl, env: SHARED, ...(config === undefined ? {} : { config }) });
  stops.push(() => gateway.stop());
  return gateway;
}

const aliasesOf = async (client: AdminClient): Promise<Record<string, string>> =>
  (await client.call("getConfig")).aliases;
const soon = { timeout: 2_000, interval: 20 };
const alias = (name: string, value: string) => ({ op: "set" as const, path: ["aliases", name], value });

describeOnPostgres("replicas that share their configuration", (database) => {
  it("see a change, a switch and a secret of another within two seconds", async () => {
    const provider = await startRawProvider();
    stops.push(() => provider.stop());
    const text = `providers:\n  - id: p\n    kind: openai-compatible\n    base_url: ${provider.url}/v1\n    credential: secret:p\n    models: [m]\n`;
    const one = await replica(database.url, text);
    const two = await replica(database.url);
    const [first, second] = [clientAs(one, one.key), clientAs(two, one.key)];
    // The file that the first one found is the first revision, and nobody needs it any more.
    expect((await second.call("getConfigDocument")).text).toBe(text);
    expect(await second.call("getConfigDocument")).toMatchObject({
      source: "database",
      file: null,
      revision: { id: 1 },
    });

    await first.call("editConfig", { body: { operations: [alias("fast", "m")] } });
    await expect.poll(() => aliasesOf(second), soon).toEqual({ fast: "m" });
    expect(readFileSync(one.configFile, "utf8")).toBe(text);

    const seen: (string | undefined)[] = [];
    provider.respond = (request, response) => {
      seen.push(request.headers["authorization"]);
      json({ model: "m", choices: [] })(request, response);
    };
    const ask = (): Promise<Response> =>
      fetch(`${two.url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${one.key}` },
        body: JSON.stringify({ model: "fast", messages: [{ role: "user", content: randomBytes(4).toString("hex") }] }),
      });
    await first.call("putSecret", { params: { name: "p" }, body: { value: PLANTED } });
    await ask();
    await first.call("putSecret", { params: { name: "p" }, body: { value: `${PLANTED}-2` } });
    await expect
      .poll(async () => {
        await ask();
        return seen.at(-1);
      }, soon)
      .toBe(`Bearer ${PLANTED}-2`);
    expect(seen[0]).toBe(`Bearer ${PLANTED}`);

    await first.call("updateFlag", { params: { name: "retry_join" }, body: { rule: { on: false } } });
    const isOn = async () => (await second.call("listFlags")).find(({ name }) => name === "retry_join")?.isOn;
    await expect.poll(isOn, soon).toBe(false);
  });

  it("take one of two changes that were made from the same revision, and no half of both", async () => {
    const one = await replica(database.url, "aliases: {a: m}\n");
    const two = await replica(database.url);
    const clients = [clientAs(one, one.key), clientAs(two, one.key)] as const;
    for (let round = 0; round < 5; round++) {
      const { revision } = await clients[0].call("getConfigDocument");
      const base = revision?.id ?? 0;
      await expect.poll(async () => (await clients[1].call("getConfigDocument")).revision?.id, soon).toBe(base);
      const results = await Promise.allSettled(
        clients.map((client, n) =>
          client.call("editConfig", { body: { operations: [alias(`round-${round}`, `by-${n}`)], revision: base } }),
        ),
      );
      const done = results.filter(({ status }) => status === "fulfilled");
      const refused = results.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
      expect(done).toHaveLength(1);
      expect(refused).toMatchObject([{ status: 412, code: "precondition_failed" }]);
    }
    const { items } = await clients[0].call("listConfigRevisions");
    expect(items).toHaveLength(6);
  });
});

describeOnBothDatabases("a configuration in the database", (database) => {
  it("is still there after a restart, and goes back to the one before where this program cannot use it", async () => {
    const one = await replica(database.url, "aliases: {a: m}\n");
    const { key } = one;
    await clientAs(one, key).call("editConfig", { body: { operations: [alias("b", "n")] } });
    await one.stop();
    const again = await replica(database.url, "aliases: {never: read}\n");
    expect(await aliasesOf(clientAs(again, key))).toEqual({ a: "m", b: "n" });
    await again.stop();

    const store = await database.open();
    const content = "providers: [{id: x, kind: of-a-newer-program}]\n";
    await store.db
      .insertInto("config_revisions")
      .values({
        id: 3,
        source: "database",
        made_at: 1,
        made_via: "api",
        author: null,
        message: null,
        based_on: null,
        sha256: "",
        hidden: 0,
        content,
      })
      .execute();
    const older = await replica(database.url);
    const client = clientAs(older, key);
    expect(await aliasesOf(client)).toEqual({ a: "m", b: "n" });
    expect((await client.call("getStatus")).configProblem).toContain("of-a-newer-program");
    // Others may be able to use it: it stays the newest.
    const { revision } = await client.call("getConfigDocument");
    const { items } = await client.call("listConfigRevisions");
    expect({ inForce: revision?.id, newest: items[0]?.id }).toEqual({ inForce: 2, newest: 3 });
  });

  it("is not taken by a replica that cannot use it, which says so and goes on", async () => {
    const one = await replica(database.url, "aliases: {a: m}\n");
    const client = clientAs(one, one.key);
    const store = await database.open();
    const row = {
      source: "database",
      made_at: 1,
      made_via: "api",
      author: null,
      message: null,
      based_on: null,
      sha256: "",
      hidden: 0,
    };
    await expect.poll(async () => (await client.call("getConfigDocument")).revision?.id, soon).toBe(1);
    await store.db
      .insertInto("config_revisions")
      .values({ ...row, id: 2, content: "providers: [" })
      .execute();
    await expect.poll(async () => (await client.call("getStatus")).configProblem, soon).not.toBeNull();
    expect(await aliasesOf(client)).toEqual({ a: "m" });
    await store.db
      .insertInto("config_revisions")
      .values({ ...row, id: 3, content: "aliases: {b: n}\n" })
      .execute();
    await expect.poll(() => aliasesOf(client), soon).toEqual({ b: "n" });
    expect((await client.call("getStatus")).configProblem).toBeNull();
  });
});
