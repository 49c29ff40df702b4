/** The playground's way to the models: for who is signed in, at the paths of clients. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { until } from "../../support/until.ts";
import { newUser, rootClient, signIn } from "./admin-client.ts";

let gateway: TestGateway;
let cookie: string;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { TOKLIGENCE_LOG_BODIES: "full" } });
  cookie = await signIn(gateway);
});
afterAll(() => gateway.stop());

const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${gateway.url}/api/v1/playground${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", cookie, origin: gateway.url, ...headers },
    body: JSON.stringify(body),
  });

const messages = [{ role: "user", content: "Say it once more" }];

describe("the playground", () => {
  it.each([
    ["/v1/chat/completions", "chat", { model: "loopback", stream: true, messages }],
    ["/v1/responses", "responses", { model: "loopback", stream: true, input: "Say it once more" }],
    ["/v1/messages", "messages", { model: "loopback", stream: true, max_tokens: 50, messages }],
    [
      "/v1beta/models/loopback:streamGenerateContent?alt=sse",
      "gemini",
      { contents: [{ role: "user", parts: [{ text: "Say it once more" }] }] },
    ],
  ])("streams what %s streams, and the ledger names it", async (path, surface, body) => {
    const reply = await post(path, body);
    expect(reply.status).toBe(200);
    expect(reply.headers.get("content-type")).toContain("text/event-stream");
    const direct = await gateway.post(path, body);
    const shapeOf = (text: string): string[] => text.split("\n").map((line) => line.slice(0, 20));
    expect(shapeOf(await reply.text()).length).toBe(shapeOf(await direct.text()).length);

    const record = await gateway.recordOf(reply);
    const { id } = await rootClient(gateway).call("whoAmI");
    expect(record).toMatchObject({ surface, agent: "playground", userId: id, apiKeyId: null, outcome: "completed" });
    const root = rootClient(gateway);
    let command = "";
    const isKept = () =>
      root.call("curlOfExchange", { params: { id: record.requestId } }).then(
        (curl) => (command = curl.command) !== "",
        () => false,
      );
    await until(isKept, 20);
    expect(command).toContain(`${gateway.url}${path}`);
    expect(command).not.toContain("tokligence_session");
  });

  it("words errors as the client's protocol does", async () => {
    const reply = await post("/v1/messages", { model: "no-such-model", max_tokens: 5, messages });
    expect(reply.status).toBe(404);
    expect(await reply.json()).toMatchObject({ type: "error", error: { type: "not_found_error" } });
    expect(reply.headers.get("x-request-id")).toMatch(/^req_/);
    expect((await post("/v1/models", {})).status).toBe(404);
    expect((await post("/v1/messages", messages, { "content-type": "text/plain" })).status).toBe(415);
  });

  it("takes nothing while the gateway is paused", async () => {
    const root = rootClient(gateway);
    await root.call("pauseGateway");
    try {
      const reply = await post("/v1/chat/completions", { model: "loopback", messages });
      expect(reply.status).toBe(503);
      expect(await reply.json()).toMatchObject({ error: { code: "paused" } });
    } finally {
      await root.call("resumeGateway");
    }
  });

  it("is not for users whose keys say what they may ask", async () => {
    const { token } = await newUser(gateway, "user@example.com", "gateway_user");
    const own = await signIn(gateway, gateway.key);
    expect(own).not.toBe(cookie);
    const reply = await fetch(`${gateway.url}/api/v1/playground/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body: JSON.stringify({ model: "loopback", messages }),
    });
    expect(reply.status).toBe(403);
    expect(await reply.text()).toContain("playground:run");
  });

  it("counts for the only team of who asks", async () => {
    const root = rootClient(gateway);
    const { id } = await root.call("whoAmI");
    const team = await root.call("createTeam", { body: { name: "only" } });
    await root.call("setTeamMember", { params: { id: team.id, user: id }, body: { role: "member" } });
    const record = await gateway.recordOf(await post("/v1/chat/completions", { model: "loopback", messages }));
    const sums = await root.call("usageBreakdown", { query: { groupBy: "team" } });
    expect(record.outcome).toBe("completed");
    expect(sums.map(({ group }) => group)).toContain(team.name);
  });
});
