import { readdirSync, readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import type { ExchangeView } from "../../../src-gateway/admin-api/contract/schemas.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";

let running: TestGateway[] = [];
afterEach(async () => {
  for (const gateway of running) await gateway.stop();
  running = [];
});
const start = async (env: Record<string, string>): Promise<TestGateway> => {
  const gateway = await startTestGateway({ env });
  running.push(gateway);
  return gateway;
};
const api = (gateway: TestGateway, path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${gateway.url}/api/v1${path}`, {
    ...init,
    headers: { authorization: `Bearer ${gateway.key}`, "content-type": "application/json" },
  });
/** Once it is kept, which takes a moment after the answer. */
async function bodyOf(gateway: TestGateway, id: string, part: "request" | "answer"): Promise<Response> {
  for (;;) {
    const path = part === "request" ? "request" : "response";
    const reply = await api(gateway, `/exchanges/${id}/${path}`);
    if (reply.status !== 404) return reply;
    await reply.text();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
const say = (content: string, stream = false) => ({ model: "loopback", stream, messages: [{ role: "user", content }] });
const idOf = (reply: Response): string => reply.headers.get("x-request-id") ?? "";

describe("a gateway that logs bodies", () => {
  it("gives back what was asked and answered, to the byte", async () => {
    const gateway = await start({ TOKLIGENCE_LOG_BODIES: "full" });
    const sent = JSON.stringify(say("how  is the weather?"));
    const reply = await gateway.post("/v1/chat/completions", sent);
    const answered = await reply.text();
    const request = await bodyOf(gateway, idOf(reply), "request");
    expect(await request.text()).toBe(sent);
    expect(request.headers.get("content-type")).toContain("application/json");
    expect(await (await bodyOf(gateway, idOf(reply), "answer")).text()).toBe(answered);
  });

  it("gives back a stream as its client got it", async () => {
    const gateway = await start({ TOKLIGENCE_LOG_BODIES: "full" });
    const reply = await gateway.post("/v1/chat/completions", say("one two three", true));
    const answered = await reply.text();
    const kept = await bodyOf(gateway, idOf(reply), "answer");
    expect(kept.headers.get("content-type")).toContain("text/event-stream");
    expect(await kept.text()).toBe(answered);
  });
});
