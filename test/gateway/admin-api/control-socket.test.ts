import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import http from "node:http";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type ControlSocket,
  controlSocketPath,
  listenControlSocket,
} from "../../../src-gateway/admin-api/control-socket.ts";

let folder: string;
let opened: ControlSocket[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tokligence-test-"));
});
afterEach(() => {
  for (const socket of opened) socket.close();
  opened = [];
  rmSync(folder, { recursive: true, force: true });
});

async function listen(dataDir = folder, name = "here"): Promise<ControlSocket> {
  const socket = await listenControlSocket(dataDir, (_request, response) => void response.end(name));
  opened.push(socket);
  return socket;
}

const read = (dataDir = folder): Promise<string> =>
  new Promise((resolve, reject) => {
    http
      .get({ socketPath: controlSocketPath(dataDir), path: "/", agent: false }, (response) => {
        let text = "";
        response.on("data", (chunk: Buffer) => void (text += chunk.toString()));
        response.on("end", () => resolve(text));
      })
      .on("error", reject);
  });

/** What a gateway that was killed leaves: a socket file that nobody listens on. */
async function leaveStaleSocket(path: string): Promise<void> {
  const code = `require("node:net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
  const { spawnSync } = await import("node:child_process");
  spawnSync(process.execPath, ["-e", code]);
  expect(existsSync(path)).toBe(true);
}

describe("the control socket", () => {
  it("is for its owner alone, in a folder that is", async () => {
    const dataDir = join(folder, "new");
    await listen(dataDir);
    expect(await read(dataDir)).toBe("here");
    expect(statSync(join(dataDir, "gateway.sock")).mode & 0o777).toBe(0o600);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(dataDir, "gateway.pid"), "utf8")).toBe(`${process.pid}\n`);
  });

  it("is refused to a second gateway, which is told of the first", async () => {
    await listen();
    await expect(listen()).rejects.toThrow(`process ${process.pid}`);
    expect(await read()).toBe("here");
  });

  it("replaces the one of a process that died", async () => {
    await leaveStaleSocket(join(folder, "gateway.sock"));
    writeFileSync(join(folder, "gateway.pid"), "999999\n");
    await listen();
    expect(await read()).toBe("here");
  });

  it("goes to exactly one of several that start at the same moment, also over a stale one", async () => {
    await leaveStaleSocket(join(folder, "gateway.sock"));
    const results = await Promise.allSettled(["a", "b", "c", "d"].map((name) => listen(folder, name)));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await read()).toMatch(/^[abcd]$/);
  });

  it("waits for no lock of a process that died in between", async () => {
    writeFileSync(join(folder, "gateway.sock.lock"), "999999");
    await listen();
    expect(await read()).toBe("here");
    expect(existsSync(join(folder, "gateway.sock.lock"))).toBe(false);
  });

  it("leaves nothing behind when it is closed, and can be opened again", async () => {
    const socket = await listen();
    socket.close();
    await expect(read()).rejects.toThrow("ENOENT");
    expect(existsSync(join(folder, "gateway.pid"))).toBe(false);
    await listen(folder, "again");
    expect(await read()).toBe("again");
  });

  it("finds a short place where the data folder's path is too long for the system", async () => {
    const dataDir = join(folder, "x".repeat(120));
    const first = await listen(dataDir);
    expect(first.path.length).toBeLessThan(104);
    expect(dirname(first.path)).not.toBe(dataDir);
    expect(statSync(dirname(first.path)).mode & 0o777).toBe(0o700);
    expect(await read(dataDir)).toBe("here");
    await expect(listen(dataDir)).rejects.toThrow("Another gatewayd");
    first.close();
    expect(existsSync(dirname(first.path))).toBe(false);
    await listen(dataDir, "again");
    expect(await read(dataDir)).toBe("again");
  });

  it("removes nothing but its own where a stray file names a place", async () => {
    const dataDir = join(folder, "x".repeat(120));
    mkdirSync(dataDir);
    const precious = join(folder, "precious");
    mkdirSync(precious);
    writeFileSync(join(precious, "file"), "x");
    writeFileSync(join(dataDir, "gateway.sock.path"), `${join(precious, "gateway.sock")}\n`);
    await listen(dataDir);
    expect(existsSync(join(precious, "file"))).toBe(true);
  });

  it("does not take a socket from another user's gateway (needs a user that is not root)", async ({ skip }) => {
    if (process.platform === "win32" || process.getuid?.() === 0) skip("permissions do not bind this user");
    const path = join(folder, "gateway.sock");
    const other: Server = createServer();
    await new Promise<void>((listening) => other.listen(path, listening));
    chmodSync(path, 0o000);
    await expect(listen()).rejects.toThrow("Another gatewayd");
    other.close();
  });
});
