import http from "node:http";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createGatewayConnection, GatewayUnreachable } from "../../src-renderer/api/gateway-connection.ts";
import { codeInFragment, createSession } from "../../src-renderer/api/session.ts";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";

const gateways: TestGateway[] = [];
const start = async (): Promise<TestGateway> => {
  const gateway = await startTestGateway();
  gateways.push(gateway);
  return gateway;
};
afterEach(async () => {
  await Promise.all(gateways.splice(0).map((gateway) => gateway.stop()));
});

describe("the connection to the gateway", () => {
  it("is down while the gateway is away, and says when it is back", async () => {
    const gateway = await start();
    const { port } = new URL(gateway.url);
    const connection = createGatewayConnection({ origin: gateway.url, retryMs: 10 });
    const seen: boolean[] = [];
    connection.subscribe(() => seen.push(connection.state().isDown));
    await expect(connection.call("login")).resolves.toMatchObject({ role: "root_admin" });

    await gateways.pop()?.stop();
    await expect(connection.call("getStatus")).rejects.toBeInstanceOf(GatewayUnreachable);
    expect(connection.state()).toEqual({ isDown: true, epoch: 0 });
    const returned = http.createServer((_request, response) => response.end());
    returned.listen(Number(port), "127.0.0.1");
    await vi.waitFor(() => expect(connection.state()).toEqual({ isDown: false, epoch: 1 }));
    returned.close();
    expect(seen).toEqual([true, false]);
  });

  it("hands on what the gateway says is wrong, and tells when nobody is signed in", async () => {
    const gateway = await start();
    const connection = createGatewayConnection({ origin: gateway.url });
    const onUnauthorized = vi.fn<() => void>();
    connection.onUnauthorized(onUnauthorized);
    await expect(connection.call("getStatus")).rejects.toThrow("gateway console");
    expect(onUnauthorized).toHaveBeenCalledTimes(1);
    expect(connection.state().isDown).toBe(false);
  });
});

describe("the session", () => {
  it.each([
    ["#code=abc-DEF_1", "abc-DEF_1"],
    ["#/requests", null],
    ["#code=", null],
    ["", null],
    ["#code=a b", null],
    [`#code=${"a".repeat(201)}`, null],
  ])("finds the code in %j: %s", (fragment, expected) => expect(codeInFragment(fragment)).toBe(expected));

  it("is refused with a wrong code, and stays open for a right one", async () => {
    const gateway = await start();
    const session = createSession(createGatewayConnection({ origin: gateway.url }), "wrong");
    expect(session.state()).toEqual({ phase: "checking" });
    await session.check();
    expect(session.state()).toEqual({ phase: "signed-out", problem: "code-refused" });

    const reply = await gateway.post("/api/v1/auth/code", {});
    const { code } = (await reply.json()) as { code: string };
    await session.signInWith(code);
    expect(session.state()).toMatchObject({ phase: "signed-in", user: { role: "root_admin" } });
  });

  it("opens by itself on the first run, and for nobody after that", async () => {
    const gateway = await start();
    const first = createSession(createGatewayConnection({ origin: gateway.url }), null);
    await first.check();
    expect(first.state().phase).toBe("signed-in");
    const second = createSession(createGatewayConnection({ origin: gateway.url }), null);
    await second.check();
    expect(second.state()).toEqual({ phase: "signed-out", problem: "none" });
  });

  it("stays undecided while the gateway is away", async () => {
    const gateway = await start();
    await gateways.pop()?.stop();
    const session = createSession(createGatewayConnection({ origin: gateway.url, retryMs: 3_600_000 }), null);
    await session.check();
    expect(session.state()).toEqual({ phase: "checking" });
  });
});
