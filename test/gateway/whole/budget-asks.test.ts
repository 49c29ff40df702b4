/** Requests that wait for somebody's word. */
import { describe, expect, it } from "vitest";
import {
  admin,
  ask,
  asked,
  asksOf,
  bodyOf,
  COST,
  finished,
  nano,
  provider,
  spentOf,
  start,
  stops,
} from "../../support/budget-gateway.ts";
import type { TestGateway } from "../../support/gateway.ts";
import { until } from "../../support/until.ts";
import { newHome } from "../cli/run-cli.ts";

describe("a budget that asks", () => {
  const asking = (wait = "1m") => ({
    budgets: [{ id: "careful", per: "user", limit: COST * 1.2, at: [{ percent: 100, do: "ask", wait }] }],
  });
  /** One request is through, and the next one waits. */
  async function waiting(gateway: TestGateway, init: { stream: boolean; signal?: AbortSignal }) {
    await finished(gateway, await ask(gateway));
    return another(gateway, init);
  }
  async function another(gateway: TestGateway, { stream, signal }: { stream: boolean; signal?: AbortSignal }) {
    const reply = fetch(`${gateway.url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${gateway.key}` },
      body: JSON.stringify(bodyOf({ stream })),
      signal: signal ?? null,
    });
    reply.catch(() => {});
    let asks = await asksOf(gateway);
    await until(async () => (asks = await asksOf(gateway)).length === 1, 5);
    const [open] = asks;
    if (!open) throw new Error("nobody asks");
    return { reply, open };
  }

  it("holds a stream with signs of life until somebody agrees", async () => {
    const gateway = await start(asking());
    const { reply, open } = await waiting(gateway, { stream: true });
    expect(open).toMatchObject({ met: { budget: "careful", action: "ask" }, about: { model: "m" } });
    const stream = (await reply).body?.pipeThrough(new TextDecoderStream()).getReader();
    let before = "";
    while (before.split("\n\n").length < 4) {
      const piece = await stream?.read();
      if (!piece || piece.done) throw new Error(`it ended with ${before}`);
      before += piece.value;
    }
    expect(asked(provider)).toHaveLength(1);
    expect(await admin(gateway, `/budgets/asks/${open.id}`, { approve: true })).toEqual({
      id: open.id,
      approved: true,
    });
    let after = "";
    for (let piece = await stream?.read(); piece && !piece.done; piece = await stream?.read()) after += piece.value;
    expect(after).toContain("[DONE]");
    expect(asked(provider)).toHaveLength(2);
    expect(await asksOf(gateway)).toEqual([]);
    expect(await spentOf(gateway)).toBe(nano(2 * COST));
  });

  it("refuses when somebody says no, in the stream where it has begun and with 402 where it has not", async () => {
    const gateway = await start(asking());
    const { reply, open } = await waiting(gateway, { stream: false });
    await admin(gateway, `/budgets/asks/${open.id}`, { approve: false });
    expect((await reply).status).toBe(402);
    expect(await (await reply).text()).toContain("nobody agreed");
    const second = await another(gateway, { stream: true });
    const begun = await second.reply;
    expect(begun.status).toBe(200);
    await admin(gateway, `/budgets/asks/${second.open.id}`, { approve: false });
    expect(await begun.text()).toContain("nobody agreed");
    expect(asked(provider)).toHaveLength(1);
  });

  it("refuses when nobody answers in time", async () => {
    const gateway = await start(asking("1s"));
    const { reply, open } = await waiting(gateway, { stream: false });
    expect((await reply).status).toBe(402);
    expect(await gateway.recordOf(await reply)).toMatchObject({ outcome: "refused", errorCode: "quota_exceeded" });
    const late = await admin<{ error: { code: string } }>(gateway, `/budgets/asks/${open.id}`, { approve: true });
    expect(late.error.code).toBe("not_found");
  });

  it("forgets a client that leaves, and keeps nobody from their place meanwhile", async () => {
    const gateway = await start({ ...asking(), routes: [] }, { env: { TOKLIGENCE_MAX_IN_FLIGHT: "1" } });
    const leaving = new AbortController();
    const { open } = await waiting(gateway, { stream: true, signal: leaving.signal });
    const free = await gateway.post("/v1/chat/completions", { model: "loopback", messages: [] });
    expect(free.status).not.toBe(503);
    leaving.abort();
    await until(async () => (await asksOf(gateway)).length === 0, 5);
    const [row] = await gateway.exchanges(1, ({ requestId }) => requestId === open.id);
    expect(row).toMatchObject({ outcome: "client_aborted", attempts: [] });
    expect(await spentOf(gateway)).toBe(nano(COST));
  });

  it("is answered on the command line", async () => {
    const gateway = await start(asking());
    const home = newHome();
    stops.push(async () => home.remove());
    const run = (...args: string[]) =>
      home.run(["--url", gateway.url, "budgets", ...args], { TOKLIGENCE_ADMIN_KEY: gateway.key });
    expect((await run("asks")).out).toContain("No request waits.");
    const { reply, open } = await waiting(gateway, { stream: false });
    expect((await run("asks")).out).toContain(open.id);
    expect((await run()).out).toContain("careful");
    expect((await run("approve", open.id)).out).toContain("goes on");
    expect((await reply).status).toBe(200);
    expect((await run("deny", open.id)).code).not.toBe(0);
  });

  it("refuses whoever waits when the gateway stops", async () => {
    const gateway = await start(asking());
    const { reply } = await waiting(gateway, { stream: false });
    await gateway.stop();
    expect((await reply).status).toBe(402);
  });
});
