import { connect } from "node:net";
import { expect, it } from "vitest";
import { silentLogger } from "../../../src-gateway/lib/logger.ts";
import { createGatewayServer, type GatewayServer } from "../../../src-gateway/server/gateway-server.ts";
import { loadSettings } from "../../../src-gateway/settings/load-settings.ts";

function newServer(): GatewayServer {
  const { listeners, timeouts } = loadSettings({ env: {}, argv: { port: 0 }, cwd: "/", homeDir: "/" });
  let id = 0;
  return createGatewayServer({
    listeners,
    timeouts,
    allowedHosts: [],
    allowedOrigins: [],
    isTrustedProxy: () => false,
    log: silentLogger,
    nextId: () => ++id,
    cut: new AbortController(),
    sockets: null,
    isWorker: false,
    handle: (_request, response) => void response.end("yes"),
    inference: null,
  });
}

/** A connection that brings its request as soon as it stands. @returns what came back until it was closed. */
function ask(port: number, onConnected: () => void): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      onConnected();
      socket.write("GET /livez HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
    });
    let said = "";
    socket.on("data", (bytes) => (said += bytes.toString()));
    socket.on("error", (error) => (said += error.message));
    socket.on("close", () => resolve(said));
  });
}

it("answers who was let in just before it stopped, and lets nobody in afterwards", async () => {
  const server = newServer();
  const port = (await server.start())[0]?.port ?? 0;
  const stopped: Promise<void>[] = [];
  const stop = (): void => {
    if (stopped.length === 0) stopped.push(server.stop(5_000));
  };
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask(port, stop)));
  for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 200 .*\r\nconnection: close\r\n.*yes$/is);
  await Promise.all(stopped);
  expect(await ask(port, () => {})).toMatch(/ECONNREFUSED/);
});

it("does not wait for a connection that brings nothing", async () => {
  const server = newServer();
  const port = (await server.start())[0]?.port ?? 0;
  const socket = connect(port, "127.0.0.1");
  await new Promise((resolve) => void socket.once("connect", resolve));
  const closed = new Promise((resolve) => void socket.once("close", () => resolve("closed")));
  await server.stop(60_000);
  expect(await closed).toBe("closed");
});
