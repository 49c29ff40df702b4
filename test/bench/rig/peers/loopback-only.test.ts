import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const preload = join(import.meta.dirname, "loopback-only.ts");
const server = createServer((_, response) => response.end("here"));
beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
afterAll(() => server.close());

/** What a program that is loaded behind it prints; 192.0.2.1 is nobody's address. */
async function say(script: string): Promise<string> {
  const args = ["--import", preload, "--input-type=module", "--eval", script];
  return (await promisify(execFile)(process.execPath, args, { timeout: 20_000 })).stdout.trim();
}

describe("a peer that is kept to loopback", () => {
  it("reaches this machine by each way to name it", async () => {
    const { port } = server.address() as AddressInfo;
    const said = await say(`
      import http from "node:http"; import net from "node:net"; import { once } from "node:events";
      const texts = [];
      for (const host of ["127.0.0.1", "localhost"]) texts.push(await (await fetch("http://" + host + ":${port}/")).text());
      const [response] = await once(http.get({ port: ${port}, host: "127.0.0.1" }), "response");
      for await (const chunk of response) texts.push(String(chunk));
      for (const args of [[${port}, "127.0.0.1"], [{ port: ${port} }], [${port}]]) {
        const socket = net.connect(...args);
        await once(socket, "connect");
        texts.push("connected");
        socket.destroy();
      }
      console.log(texts.join(" "));`);
    expect(said).toBe("here here here connected connected connected");
  });

  it("reaches nothing else", async () => {
    const said = await say(`
      import https from "node:https"; import net from "node:net"; import tls from "node:tls"; import { once } from "node:events";
      const failed = (emitter) => once(emitter, "error").then(([error]) => error.message);
      console.log(await fetch("https://models.dev/api.json").catch((error) => error.cause.message));
      console.log(await failed(https.get("https://192.0.2.1/")));
      console.log(await failed(net.connect(80, "192.0.2.1")));
      console.log(await failed(new net.Socket().connect({ port: 80, host: "192.0.2.1" })));
      console.log(await failed(tls.connect(443, "192.0.2.1")));`);
    const refused = ["models.dev", ...Array.from({ length: 4 }, () => "192.0.2.1")];
    expect(said.split("\n")).toEqual(refused.map((host) => `${host} is not on loopback.`));
  });

  it("starts no programs", async () => {
    const said = await say(`
      import childProcess, { exec, spawn } from "node:child_process"; import { createRequire } from "node:module";
      const required = createRequire(import.meta.url)("child_process");
      for (const start of [exec, spawn, childProcess.execSync, required.spawnSync, required.fork]) {
        try { start("true"); console.log("started"); } catch (error) { console.log(error.message); }
      }`);
    expect(new Set(said.split("\n"))).toEqual(new Set(["Programs are not started here."]));
  });
});
