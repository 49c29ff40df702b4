import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sendWebhook, type WebhookCall } from "../../../src-gateway/hooks/send-webhook.ts";
import { signedHeaders } from "../../../src-gateway/hooks/sign.ts";
import { type FakeReceiver, startReceiver } from "./fake-receiver.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NOW_MS = 1_800_000_000_000;
let receiver: FakeReceiver;
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.stop());

const send = (more: Partial<WebhookCall> = {}) =>
  sendWebhook({
    url: receiver.url,
    message: { id: "evt_1", body: '{"type":"gateway.started"}' },
    secrets: [SECRET],
    allowPrivate: true,
    timeoutMs: 10_000,
    nowMs: NOW_MS,
    signal: new AbortController().signal,
    userAgent: "tokligence-gateway/test",
    ...more,
  });

describe("a webhook", () => {
  it("posts the very bytes that it signs", async () => {
    receiver.answers[0] = { status: 202, body: "thanks" };
    expect(await send()).toMatchObject({
      isDelivered: true,
      code: 202,
      problem: null,
      output: "thanks",
      isGone: false,
    });
    const [{ headers, body } = { headers: {}, body: "" }] = receiver.received;
    expect(body).toBe('{"type":"gateway.started"}');
    expect(headers).toMatchObject({
      "content-type": "application/json",
      ...signedHeaders({ id: "evt_1", body }, [SECRET], NOW_MS),
    });
  });

  it.each([
    [{ status: 500, body: "down" }, /answered 500/, null],
    [{ status: 429, headers: { "retry-after": "17" } }, /answered 429/, 17_000],
    [{ status: 503, headers: { "retry-after": new Date(NOW_MS + 60_000).toUTCString() } }, /503/, 60_000],
    [{ status: 302, headers: { location: "/other" } }, /redirects are not followed/, null],
    [{ status: 410 }, /410/, null],
  ])("that is answered with %j has failed", async (answer, problem, retryAfterMs) => {
    receiver.answers[0] = answer;
    const outcome = await send();
    expect(outcome).toMatchObject({ isDelivered: false, code: answer.status, retryAfterMs });
    expect(outcome.problem).toMatch(problem);
    expect(outcome.isGone).toBe(answer.status === 410);
    expect(receiver.received).toHaveLength(1);
  });

  it("ends when nobody answers in time, or when the gateway stops", async () => {
    receiver.answers[0] = { status: 200, silent: true };
    expect(await send({ timeoutMs: 50 })).toMatchObject({
      isDelivered: false,
      problem: "it did not answer within 0.05 s",
    });
    const stop = new AbortController();
    const sent = send({ signal: stop.signal });
    stop.abort();
    expect((await sent).problem).toBe("the gateway stopped");
  });

  it("keeps no more than the beginning of a long answer", async () => {
    receiver.answers[0] = { status: 200, body: "x".repeat(1_000_000) };
    const { output, isDelivered } = await send();
    expect(isDelivered).toBe(true);
    expect(output.length).toBeLessThan(5_000);
  });

  it("does not reach into a private network unless that is allowed", async () => {
    const outcome = await send({ url: receiver.url.replace("http:", "https:"), allowPrivate: false });
    expect(outcome.problem).toBe("its name leads into a private network");
    expect((await send({ allowPrivate: false })).problem).toMatch(/https:/);
    expect(receiver.received).toEqual([]);
  });

  it("goes to the address that was judged, however the name answers the second time", async () => {
    let asked = 0;
    const lookUp = async () => [{ address: asked++ === 0 ? "127.0.0.1" : "169.254.169.254", family: 4 }];
    const outcome = await send({ url: `http://rebinding.example:${receiver.port}/hook`, lookUp });
    expect(outcome.isDelivered).toBe(true);
    expect(asked).toBe(1);
    expect(receiver.received[0]?.headers["host"]).toBe(`rebinding.example:${receiver.port}`);
  });

  it("says what went wrong without the path of its address, which can be a secret", async () => {
    const outcome = await send({ url: "http://127.0.0.1:1/services/T0PSECRET" });
    expect(outcome).toMatchObject({ isDelivered: false, code: null, problem: "it cannot be reached (ECONNREFUSED)" });
    const missing = await send({ url: "http://no-such-name.invalid/T0PSECRET" });
    expect(missing.problem).toMatch(/cannot be looked up/);
    const withPassword = await send({ url: "http://user:hunter2@127.0.0.1:1/" });
    expect(withPassword.problem).not.toContain("hunter2");
  });
});
