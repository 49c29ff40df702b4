/** A client that asks again, over real sockets: the provider is asked once, and everybody gets the same bytes. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startScriptedProvider } from "../../fakes/scripted-provider/scripted-provider.ts";
import type { ScriptedProvider } from "../../fakes/scripted-provider/types.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";

let provider: ScriptedProvider;
let gateway: TestGateway;
let patient: TestGateway;
let reading: TestGateway;
let without: TestGateway;
const all: TestGateway[] = [];
beforeAll(async () => {
  provider = await startScriptedProvider();
  const start = async (env: Record<string, string> = {}): Promise<TestGateway> => {
    const started = await startTestGateway({
      env: { KEY: provider.key, ...env },
      config: {
        providers: [
          {
            id: "chat",
            kind: "openai-compatible",
            base_url: provider.baseUrl("openai-chat"),
            credential: "env:KEY",
            protocols: ["openai-chat"],
            models: ["m", "alone"],
          },
        ],
        routes: [{ match: "alone", targets: ["chat"], join: false }],
      },
    });
    all.push(started);
    return started;
  };
  gateway = await start();
  patient = await start({ TOKLIGENCE_RETRY_JOIN_GRACE_MS: "30000" });
  reading = await start({ TOKLIGENCE_ON_CLIENT_ABORT: "drain" });
  without = await start({ TOKLIGENCE_RETRY_JOIN: "false" });
});
afterAll(async () => {
  for (const each of all) await each.stop();
  await provider.stop();
});
afterEach(() => provider.reset());

let questions = 0;
/** Each test asks something of its own. */
const question = (model = "m", stream = true) => {
  questions++;
  return JSON.stringify({ model, stream, messages: [{ role: "user", content: `question ${questions}` }] });
};
const AGAIN = { "x-stainless-retry-count": "1" };
const asked = (): number => provider.requests.filter(({ method }) => method === "POST").length;
const chat = (body: string, headers: Record<string, string> = {}, to = gateway): Promise<Response> =>
  to.post("/v1/chat/completions", body, headers);

/** A client that can leave; `begun` resolves with its first bytes. */
function leaver(body: string, to = gateway): { begun: Promise<unknown>; leave(): void } {
  const leaving = new AbortController();
  const reply = fetch(`${to.url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${to.key}` },
    body,
    signal: leaving.signal,
  });
  const begun = reply.then((response) => response.body?.getReader().read());
  begun.catch(() => {});
  return { begun, leave: () => leaving.abort() };
}
/** After it the gateway knows of what was done before. */
const roundTrip = (to = gateway): Promise<unknown> => fetch(`${to.url}/livez`).then((reply) => reply.text());
const joinedTo = (reply: Response): string | null => reply.headers.get("x-tokligence-joined");
const left = (from: TestGateway, text: string) =>
  from.exchanges(1, ({ outcome, bytesIn }) => outcome === "client_aborted" && bytesIn === text.length);

describe("a retry", () => {
  it("gets the bytes of a stream that is on its way, and has a row that says so", async () => {
    const gate = provider.gate();
    provider.script({ gateAt: 2, gate });
    const body = question();
    const first = await chat(body);
    await gate.reached;
    const second = await chat(body, AGAIN);
    expect(second.status).toBe(200);
    expect(joinedTo(second)).toBe(first.headers.get("x-request-id"));
    gate.open();
    const [one, other] = await Promise.all([first.text(), second.text()]);
    expect(other).toBe(one);
    expect(one).toContain("[DONE]");
    expect(asked()).toBe(1);
    expect(second.headers.get("content-type")).toBe(first.headers.get("content-type"));
    const [firstRow, secondRow] = [await gateway.recordOf(first), await gateway.recordOf(second)];
    expect(firstRow).toMatchObject({ outcome: "completed", joinedTo: null, usageSource: "provider" });
    expect(secondRow).toMatchObject({
      outcome: "completed",
      status: 200,
      joinedTo: firstRow.id,
      usageSource: "none",
      attempts: [],
      bytesOut: firstRow.bytesOut,
    });
    expect(Object.values(secondRow.usage).every((tokens) => tokens === 0)).toBe(true);
  });

  it.each([true, false])("gets an answer that was just given (a stream: %s)", async (isStream) => {
    const body = question("m", isStream);
    const first = await chat(body);
    const text = await first.text();
    const second = await chat(body, { "idempotency-key": "a", ...AGAIN });
    expect(await second.text()).toBe(text);
    expect(joinedTo(second)).toBe(first.headers.get("x-request-id"));
    expect(asked()).toBe(1);
  });

  it("gets the answer in one piece that the first one still waits for", async () => {
    const gate = provider.gate();
    provider.script({ gateAt: "before-headers", gate });
    const body = question("m", false);
    const first = chat(body);
    await gate.reached;
    const second = chat(body, AGAIN);
    await roundTrip();
    gate.open();
    expect(await (await second).text()).toBe(await (await first).text());
    expect(asked()).toBe(1);
  });

  it.each([
    ["no sign of being one", question(), {}],
    ["another idempotency key", question(), { "idempotency-key": "b", ...AGAIN }],
  ])("is asked for itself with %s", async (_, body, headers) => {
    await (await chat(body, { "idempotency-key": "a" })).text();
    const second = await chat(body, headers);
    await second.text();
    expect([joinedTo(second), asked()]).toEqual([null, 2]);
  });

  it("is asked for itself when the first one has failed", async () => {
    provider.script({ status: 400 }, {});
    const body = question();
    expect((await chat(body)).status).toBe(400);
    const second = await chat(body, AGAIN);
    expect([second.status, joinedTo(second), asked()]).toEqual([200, null, 2]);
    await second.text();
  });

  it("is cut off with the first when the provider breaks off", async () => {
    const gate = provider.gate();
    provider.script({ gateAt: 2, cutAt: 3, gate });
    const body = question();
    const first = await chat(body);
    await gate.reached;
    const second = await chat(body, AGAIN);
    gate.open();
    await expect(first.text()).rejects.toThrow("terminated");
    await expect(second.text()).rejects.toThrow("terminated");
    expect(await gateway.recordOf(second)).toMatchObject({ outcome: "failed_midstream", errorCode: "provider_cut" });
    const third = await chat(body, AGAIN);
    expect(await third.text()).toContain("[DONE]");
    expect([joinedTo(third), asked()]).toEqual([null, 2]);
  });

  it("of another key is asked for itself", async () => {
    const body = question();
    await (await chat(body)).text();
    const made = await gateway.post("/api/v1/admin/users/1/api-keys", { name: "another" });
    const { token } = (await made.json()) as { token: string };
    const second = await chat(body, { authorization: `Bearer ${token}`, ...AGAIN });
    await second.text();
    expect([second.status, joinedTo(second), asked()]).toEqual([200, null, 2]);
  });

  it("is asked for itself where its route or the settings say so", async () => {
    for (const [model, to] of [["alone", gateway] as const, ["m", without] as const]) {
      provider.reset();
      const body = question(model);
      await (await chat(body, {}, to)).text();
      const second = await chat(body, AGAIN, to);
      await second.text();
      expect([joinedTo(second), asked()]).toEqual([null, 2]);
    }
  });
});

describe("a client that leaves", () => {
  it("does not stop the provider while another follows, and the row of each says how it went", async () => {
    const gate = provider.gate();
    provider.script({ gateAt: 3, gate });
    const body = question();
    const client = leaver(body);
    await client.begun;
    await gate.reached;
    const second = await chat(body, AGAIN);
    client.leave();
    await roundTrip();
    gate.open();
    expect(await second.text()).toContain("[DONE]");
    expect(asked()).toBe(1);
    const [row] = await left(gateway, body);
    expect(row).toMatchObject({ outcome: "client_aborted", usageSource: "provider", joinedTo: null });
    expect((await gateway.recordOf(second)).joinedTo).toBe(row?.id);
  });

  it("stops the provider when those who followed have left, too", async () => {
    const gate = provider.gate();
    provider.script({ gateAt: 3, gate });
    const body = question();
    const client = leaver(body);
    await client.begun;
    await gate.reached;
    const leaving = new AbortController();
    const second = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${gateway.key}`, ...AGAIN },
      body,
      signal: leaving.signal,
    });
    client.leave();
    leaving.abort();
    await provider.requests[0]?.aborted;
    expect(await gateway.recordOf(second)).toMatchObject({ outcome: "client_aborted" });
  });

  it("stops the provider at once when nobody follows", async () => {
    const gate = provider.gate();
    provider.script({ gateAt: 3, gate });
    const body = question();
    const client = leaver(body);
    await client.begun;
    client.leave();
    await provider.requests[0]?.aborted;
    expect((await left(gateway, body))[0]).toMatchObject({ outcome: "client_aborted", errorCode: "request_timeout" });
    expect(await (await chat(body)).text()).toContain("[DONE]");
    expect(asked()).toBe(2);
  });

  it.each([
    ["after the first bytes, under a grace", () => patient, 3],
    ["before the first byte, under a grace", () => patient, "before-headers" as const],
    ["after the first bytes, where answers are read to their end", () => reading, 3],
  ])("and asks again is given the rest: %s", async (_, which, gateAt) => {
    const gate = provider.gate();
    provider.script({ gateAt, gate });
    const body = question();
    const client = leaver(body, which());
    await gate.reached;
    if (gateAt === 3) await client.begun;
    client.leave();
    await roundTrip(which());
    const second = chat(body, {}, which());
    // The second one is there, or comes to an answer that is kept: either way the provider is asked once.
    gate.open();
    const reply = await second;
    expect(await reply.text()).toContain("[DONE]");
    expect(joinedTo(reply)).toMatch(/^req_/);
    expect(asked()).toBe(1);
    // A third one owes nothing to anybody.
    await (await chat(body, {}, which())).text();
    expect(asked()).toBe(2);
  });

  it("and whose answer is read to its end has a row with the usage, and why", async () => {
    const gate = provider.gate();
    provider.script({ gateAt: 3, gate });
    const body = question();
    const client = leaver(body, reading);
    await client.begun;
    await gate.reached;
    client.leave();
    await roundTrip(reading);
    gate.open();
    const [row] = await left(reading, body);
    expect(row).toMatchObject({ outcome: "client_aborted", usageSource: "provider", errorCode: "request_timeout" });
    expect(row?.usage.output).toBeGreaterThan(0);
  });
});
