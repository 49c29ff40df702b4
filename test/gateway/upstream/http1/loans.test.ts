import { createServer, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { giveBack } from "../../../../src-gateway/lib/give-back.ts";
import { whole } from "../../../support/byte-server.ts";
import { until } from "../../../support/until.ts";
import { ask, newClient } from "./asking.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** More than sockets take in on both sides. */
const BODY_BYTES = 24 * 1024 * 1024;

/** Takes connections and reads nothing. */
async function serveSilence(): Promise<{ port: number; sockets: Socket[] }> {
  const sockets: Socket[] = [];
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    socket.on("error", () => {});
    sockets.push(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as { port: number }).port, sockets };
}

describe("a body that is still being written", () => {
  const open = () => {
    const client = newClient();
    closing.push(() => client.close());
    return client;
  };

  it("keeps its memory until all of it has gone out, whoever has given it back", async () => {
    const { port, sockets } = await serveSilence();
    const bytes = Buffer.alloc(BODY_BYTES, "abcdefg");
    const sent = [bytes.subarray(0, 1_000), Buffer.from("instead"), bytes.subarray(2_000)];
    const expected = Buffer.concat(sent);
    const asked = ask(open(), port, { body: sent });
    await until(() => sockets.length === 1);
    giveBack(bytes);
    expect(bytes.length).toBe(BODY_BYTES);

    const [socket] = sockets as [Socket];
    const heard: Buffer[] = [];
    let length = 0;
    socket.on("data", (chunk) => {
      heard.push(chunk);
      length += chunk.length;
    });
    socket.resume();
    await until(() => length > expected.length);
    socket.write(whole("ok"));
    expect(await asked.end).toBeNull();
    expect(Buffer.concat(heard).subarray(-expected.length).equals(expected)).toBe(true);
    await until(() => bytes.length === 0);
  });

  it("gives its memory back when the connection breaks before", async () => {
    const { port, sockets } = await serveSilence();
    const bytes = Buffer.alloc(BODY_BYTES);
    const asked = ask(open(), port, { body: [bytes] });
    await until(() => sockets.length === 1);
    giveBack(bytes);
    expect(bytes.length).toBe(BODY_BYTES);
    sockets[0]?.resetAndDestroy();
    expect(await asked.end).not.toBeNull();
    await until(() => bytes.length === 0);
  });
});
