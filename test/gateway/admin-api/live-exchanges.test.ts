import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { streamExchanges } from "../../../src-gateway/admin-api/live-exchanges.ts";

let server: http.Server | null = null;
afterEach(() => server?.close());

/** Streams to one listener; the answer is everything that was sent, once the stream has ended. */
async function streamUntilEnd(recheck: () => Promise<boolean>): Promise<{ text: string; watchers: number }> {
  let watchers = 0;
  const watch = async () => {
    watchers++;
    return () => void watchers--;
  };
  const closed = new Promise<void>((resolve) => {
    server = http.createServer((_request, response) => {
      response.once("close", () => resolve());
      void streamExchanges(
        { watch },
        {
          userId: 1,
          role: "gateway_user",
          email: null,
          apiKeyId: null,
          scopes: [],
          sessionId: 1,
          byCookie: true,
          isLocal: false,
        },
        response,
        recheck,
        1,
      );
    });
  });
  await new Promise<void>((listening) => server?.listen(0, "127.0.0.1", listening));
  const reply = await fetch(`http://127.0.0.1:${(server!.address() as AddressInfo).port}/`);
  const text = await reply.text();
  await closed;
  return { text, watchers };
}

describe("the live stream", () => {
  it("gives signs of life, and ends when its listener may listen no more", async () => {
    let asked = 0;
    const { text, watchers } = await streamUntilEnd(async () => ++asked <= 3);
    expect(text).toBe(`: following\n\n${": still here\n\n".repeat(3)}`);
    expect(watchers).toBe(0);
  });

  it("ends when that cannot be found out", async () => {
    const { text } = await streamUntilEnd(() => Promise.reject(new Error("no database")));
    expect(text).toBe(": following\n\n");
  });
});
