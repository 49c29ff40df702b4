import type { Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { Http1Client } from "../../../../src-gateway/upstream/http1/client.ts";
import { type ByteRequest, type ByteServer, startByteServer, whole } from "../../../support/byte-server.ts";
import { makeCertificate } from "../../../support/certificate.ts";
import { until } from "../../../support/until.ts";
import { ask, newClient } from "./asking.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function serve(answer: ByteServer["answer"], certificate?: { key: string; cert: string }): Promise<ByteServer> {
  const server = await startByteServer(answer, certificate);
  closing.push(() => server.close());
  return server;
}

function open(options: Parameters<typeof newClient>[0] = {}): Http1Client {
  const client = newClient(options);
  closing.push(() => client.close());
  return client;
}

const answering =
  (text: string, more = "") =>
  ({ socket }: ByteRequest): void =>
    void socket.write(whole(text, more));

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("connections", () => {
  it("take one request after the other, as many at once as are asked for, and the last used is used next", async () => {
    const server = await serve(answering("ok"));
    const client = open();
    for (let n = 0; n < 5; n++) {
      expect(await ask(client, server.port).end).toBeNull();
      await turn();
    }
    expect(server.sockets).toHaveLength(1);
    const held: ByteRequest[] = [];
    server.answer = (request) => void held.push(request);
    const many = Array.from({ length: 6 }, () => ask(client, server.port));
    await until(() => held.length === 6);
    expect(new Set(held.map(({ connection }) => connection)).size).toBe(6);
    for (const request of held) answering("ok")(request);
    await Promise.all(many.map(({ end }) => end));
    const last = held.at(-1)?.connection;
    await turn();
    server.answer = answering("again");
    for (let n = 0; n < 3; n++) {
      await ask(client, server.port).end;
      await turn();
    }
    expect(server.requests.slice(-3).map(({ connection }) => connection)).toEqual([last, last, last]);
  });

  it("are closed when nobody needs them for long, as the provider wants it or as we do", async () => {
    const server = await serve(answering("ok"));
    const client = open({ keepAliveMs: 30 });
    await ask(client, server.port).end;
    await until(() => server.openSockets() === 0);
    server.answer = answering("ok", "Keep-Alive: timeout=2, max=100\r\n");
    await ask(client, server.port).end;
    await until(() => server.openSockets() === 0);
    server.answer = answering("ok", "Keep-Alive: timeout=60\r\n");
    await ask(client, server.port).end;
    const sockets = server.sockets.length;
    const tooLateMs = performance.now() + 30;
    await until(() => performance.now() > tooLateMs);
    await ask(client, server.port).end;
    expect(server.sockets).toHaveLength(sockets);
  });

  it("that the provider closed are not used, whether with the answer or after it", async () => {
    const server = await serve(({ socket }) => socket.end(whole("bye")));
    const sockets: Socket[] = [];
    const client = open({ sockets });
    for (let n = 0; n < 20; n++) expect(await ask(client, server.port).end).toBeNull();
    server.answer = answering("ok");
    for (let n = 0; n < 5; n++) {
      expect(await ask(client, server.port).end).toBeNull();
      await turn();
      server.sockets.at(-1)?.destroy();
      await until(() => sockets.at(-1)?.destroyed === true);
    }
    // Between the choice of a connection and the first byte on it.
    for (let n = 0; n < 5; n++) {
      expect(await ask(client, server.port).end).toBeNull();
      await turn();
      const asked = ask(client, server.port);
      sockets.at(-1)?.destroy();
      expect(await asked.end).toBeNull();
      await turn();
    }
    server.answer = answering("ok", "Connection: close\r\n");
    await ask(client, server.port).end;
    await until(() => sockets.at(-1)?.destroyed === true);
  });

  it("on which more comes than was asked for are closed, and nobody is given it", async () => {
    const forged = whole("forged");
    const server = await serve(({ socket }) => socket.write(whole("true") + forged));
    const client = open();
    for (let n = 0; n < 5; n++) {
      const asked = ask(client, server.port);
      expect(await asked.end).toBeNull();
      expect(asked.seen.text).toBe("true");
    }
    expect(server.sockets).toHaveLength(5);
    server.answer = answering("true");
    for (let n = 0; n < 6; n++) {
      await ask(client, server.port).end;
      await turn();
      server.sockets.at(-1)?.write(n % 2 === 0 ? forged : "\r\n");
      await until(() => server.openSockets() === 0);
      const next = ask(client, server.port);
      expect(await next.end).toBeNull();
      expect(next.seen.text).toBe("true");
      await turn();
    }
    expect(server.sockets).toHaveLength(12);
  });

  it("are not used while a body is still on its way that the provider has answered without hearing it", async () => {
    const server = await serve(() => {});
    const client = open();
    server.greet = (socket) => void socket.pause();
    const first = ask(client, server.port, { body: [Buffer.alloc(30_000_000)] });
    await until(() => first.controls() !== null && server.sockets.length === 1);
    server.sockets[0]?.write("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
    expect(await first.end).toBeNull();
    await turn();
    server.greet = () => {};
    server.answer = answering("ok");
    expect(await ask(client, server.port).end).toBeNull();
    expect(server.requests.map(({ connection }) => connection)).toEqual([1]);
  });

  it("are each their own for many origins", async () => {
    const servers = await Promise.all(Array.from({ length: 12 }, (_, n) => serve(answering(`from ${n}`))));
    const client = open();
    for (let round = 0; round < 3; round++) {
      const asked = servers.map(({ port }) => ask(client, port));
      await Promise.all(asked.map(({ end }) => end));
      await turn();
      expect(asked.map(({ seen }) => seen.text)).toEqual(servers.map((_, n) => `from ${n}`));
    }
    expect(servers.map(({ sockets }) => sockets.length)).toEqual(servers.map(() => 1));
  });

  it("break when the client is closed, with what runs on them and what waits for them", async () => {
    const server = await serve(() => {});
    const client = open();
    const running = ask(client, server.port);
    await until(() => server.requests.length === 1);
    const waiting = ask(client, server.port);
    await client.close();
    expect((await running.end)?.code).toBe("UND_ERR_DESTROYED");
    expect((await waiting.end)?.code).toBe("UND_ERR_DESTROYED");
    await until(() => server.openSockets() === 0);
    await expect(ask(client, server.port).end).rejects.toMatchObject({ code: "UND_ERR_DESTROYED" });
  });
});

describe("an answer", () => {
  it("comes after any interim ones, and byte by byte as well as at once", async () => {
    const interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n";
    const server = await serve(({ socket }) => {
      const bytes = Buffer.from(`${interim}HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`);
      let at = 0;
      const send = (): void => {
        if (at < bytes.length) socket.write(bytes.subarray(at, ++at), () => setImmediate(send));
      };
      send();
    });
    const client = open();
    for (let n = 0; n < 2; n++) {
      const asked = ask(client, server.port);
      expect(await asked.end).toBeNull();
      expect(asked.seen).toMatchObject({ status: 200, text: "abc" });
      await turn();
    }
    expect(server.sockets).toHaveLength(1);
  });

  it.each([
    ["", "without a byte"],
    ["HTTP/1.1 20", "in its status"],
    ["HTTP/1.1 200 OK\r\nContent-Le", "in its head"],
    ["HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", "in its body"],
    ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc", "in a chunk"],
    ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "between chunks"],
  ])("that ends after %j, %s, is broken off, on a new connection and on a used one", async (text) => {
    const server = await serve(({ socket, index }) => (index === 0 ? socket.write(whole("ok")) : socket.end(text)));
    const client = open();
    await ask(client, server.port).end;
    await turn();
    expect((await ask(client, server.port).end)?.code).toBe("UND_ERR_SOCKET");
    server.answer = ({ socket }) => socket.end(text);
    expect((await ask(client, server.port).end)?.code).toBe("UND_ERR_SOCKET");
    server.answer = ({ socket }) => socket.write(text, () => socket.resetAndDestroy());
    expect((await ask(client, server.port).end)?.code).toMatch(/ECONNRESET|UND_ERR_SOCKET/);
  });

  it("that is not HTTP is refused, and the connection closed", async () => {
    const server = await serve(({ socket }) => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\na"));
    const client = open();
    expect((await ask(client, server.port).end)?.message).toMatch(/does not match the HTTP\/1.1 protocol/);
    await until(() => server.openSockets() === 0);
  });

  it.each([
    false,
    true,
  ])("holds the provider back while it is paused, and loses nothing (TLS: %s)", async (isSecure) => {
    const total = 24_000_000;
    const server = await serve(
      ({ socket }) => {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${total}\r\n\r\n`);
        socket.write(Buffer.alloc(total, "x"));
      },
      isSecure ? makeCertificate() : undefined,
    );
    const client = isSecure ? secureClient() : open();
    let pausedAt = 0;
    const asked = ask(client, server.port, { isSecure }, (controls, bytes) => {
      if (pausedAt > 0 || bytes < 100_000) return;
      pausedAt = bytes;
      controls.pause();
    });
    await until(() => pausedAt > 0);
    for (let n = 0; n < 30; n++) await turn();
    expect(asked.seen.bytes).toBe(pausedAt);
    expect(server.sockets[0]?.writableLength).toBeGreaterThan(1_000_000);
    asked.controls()?.resume();
    expect(await asked.end).toBeNull();
    expect(asked.seen.bytes).toBe(total);
    await turn();
    const again = ask(client, server.port, { isSecure });
    expect(await again.end).toBeNull();
    expect(server.sockets).toHaveLength(1);
  });

  it("that ends while it is paused is whole when it goes on", async () => {
    const server = await serve(({ socket }) => socket.end("HTTP/1.1 200 OK\r\n\r\nall"));
    const client = open();
    const asked = ask(client, server.port, {}, (controls) => controls.pause());
    await until(() => asked.seen.text === "all");
    for (let n = 0; n < 10; n++) await turn();
    asked.controls()?.resume();
    expect(await asked.end).toBeNull();
  });
});

function secureClient(): Http1Client {
  const client = newClient({ trustAnyone: true });
  closing.push(() => client.close());
  return client;
}

describe("whoever asked", () => {
  it("may leave at any time, which closes the connection", async () => {
    const server = await serve(() => {});
    const client = open();
    for (const text of ["", "HTTP/1.1 2", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"]) {
      server.answer = ({ socket }) => void (text === "" || socket.write(text));
      const arrived = server.requests.length;
      const asked = ask(client, server.port);
      await until(() => server.requests.length > arrived && asked.controls() !== null);
      if (text.endsWith("abc")) await until(() => asked.seen.text === "abc");
      else await turn();
      asked.controls()?.abort(new Error("left"));
      expect((await asked.end)?.message).toBe("left");
      await until(() => server.openSockets() === 0);
    }
  });

  it("may leave in the middle of being told, before the request is written, and in the end", async () => {
    const server = await serve(answering("ok"));
    const client = open();
    const told = ask(client, server.port, {}, (controls) => controls.abort(new Error("enough")));
    expect((await told.end)?.message).toBe("enough");
    await until(() => server.openSockets() === 0);
    const url = new URL(`http://127.0.0.1:${server.port}`);
    const plain = { url, origin: url.origin, path: "/", method: "GET", headers: {}, body: [] };
    const failure = await new Promise<Error>((resolve) => {
      client.send(plain, {
        onRequestStart: (controls) => controls.abort(new Error("never mind")),
        onResponseStart() {},
        onResponseData() {},
        onResponseEnd() {},
        onResponseError: (_controls, error) => resolve(error),
      });
    });
    expect(failure.message).toBe("never mind");
    expect(server.requests).toHaveLength(1);
  });

  it("cannot reach the next request on the connection any more", async () => {
    const server = await serve(answering("one"));
    const client = open();
    const first = ask(client, server.port);
    await first.end;
    await turn();
    const held: ByteRequest[] = [];
    server.answer = (request) => void held.push(request);
    const second = ask(client, server.port);
    await until(() => held.length === 1);
    first.controls()?.pause();
    first.controls()?.abort(new Error("too late"));
    if (held[0]) answering("two")(held[0]);
    expect(await second.end).toBeNull();
    expect(second.seen.text).toBe("two");
    expect([first.seen.ends, second.seen.ends]).toEqual([1, 1]);
    expect(server.sockets).toHaveLength(1);
  });

  it("is told why when nobody is there, when the certificate is a stranger's, and when connecting takes too long", async () => {
    const gone = await startByteServer(() => {});
    await gone.close();
    expect((await ask(open(), gone.port).end)?.code).toBe("ECONNREFUSED");
    const secure = await serve(answering("ok"), makeCertificate());
    expect((await ask(open(), secure.port, { isSecure: true }).end)?.code).toMatch(/SELF_SIGNED|UNABLE_TO/);
    expect(await ask(secureClient(), secure.port, { isSecure: true }).end).toBeNull();
    // It takes the connection, and never says a word of TLS.
    const silent = await serve(() => {});
    expect((await ask(open({ connectMs: 50 }), silent.port, { isSecure: true }).end)?.code).toBe(
      "UND_ERR_CONNECT_TIMEOUT",
    );
  });

  it("who throws hears of it, and the connection is closed", async () => {
    const server = await serve(answering("ok"));
    const asked = ask(open(), server.port, {}, () => {
      throw new Error("cannot be understood");
    });
    expect((await asked.end)?.message).toBe("cannot be understood");
    await until(() => server.openSockets() === 0);
  });
});
