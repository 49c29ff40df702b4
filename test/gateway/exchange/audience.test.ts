import { beforeEach, describe, expect, it } from "vitest";
import { type Audience, createAudience } from "../../../src-gateway/exchange/audience.ts";
import { startRecord } from "../../../src-gateway/exchange/record.ts";
import type { Inbound, Reply } from "../../../src-gateway/exchange/types.ts";
import { createJoins } from "../../../src-gateway/joins/joins.ts";
import type { JoinRecorder } from "../../../src-gateway/joins/types.ts";
import { ReadingClient } from "../joins/reading-client.ts";

class FirstClient extends ReadingClient implements Reply {
  status: number | null = null;
  bytesOut = 0;
  override start(status: number, headers: Record<string, string>): void {
    this.status = status;
    super.start(status, headers);
  }
  override end(bytes?: Buffer): void {
    if (bytes && this.how === "reading") this.write(bytes);
    if (this.how === "reading") super.end();
  }
  finished = async (): Promise<boolean> => this.how === "ended";
}

const REQUEST = { key: "k", isRetry: true, idempotencyKey: null };
const clock = { nowUs: () => 0, monotonicUs: () => 0 };
const PIECE = Buffer.alloc(100_000, "x");

let client: FirstClient;
let leaving: AbortController;
let audience: Audience;
let recorder: JoinRecorder;
let drained: number;
let joins: ReturnType<typeof createJoins>;
beforeEach(() => {
  client = new FirstClient();
  leaving = new AbortController();
  joins = createJoins({ clock });
  recorder = joins.open(REQUEST, 1);
  recorder.offer();
  const inbound = {
    id: 1,
    arrivedUs: 0,
    headers: {},
    target: { surface: "chat" },
    reply: client,
    signal: leaving.signal,
  };
  const keeper = startRecord(inbound as unknown as Inbound, { clock, records: { open() {}, close() {} } });
  audience = createAudience({
    inbound: inbound as unknown as Inbound,
    world: { onClientAbort: "abort", maxDrainMs: 1_000 },
    keeper,
    recorder,
  });
  drained = 0;
  audience.reply.onDrain = () => drained++;
  audience.reply.start(200, {});
});

function follow(): ReadingClient {
  const follower = new ReadingClient();
  joins.find(REQUEST)?.follow(follower);
  return follower;
}

describe("a first client that reads slowly", () => {
  beforeEach(() => {
    client.isSlow = true;
  });

  it("holds the provider back while it is alone", () => {
    expect(audience.reply.write(PIECE)).toBe(false);
    client.drain();
    expect(drained).toBe(1);
  });

  it("does not hold back who has joined it, but by a megabyte", () => {
    expect(audience.reply.write(PIECE)).toBe(false);
    const follower = follow();
    expect(drained, "the provider is let go on").toBe(1);
    let pieces = 1;
    while (audience.reply.write(PIECE)) pieces++;
    expect(pieces * PIECE.length).toBeGreaterThan(900_000);
    expect(pieces * PIECE.length).toBeLessThan(1_100_000);
    expect(follower.received.length).toBe((pieces + 1) * PIECE.length);
    client.isSlow = false;
    client.drain();
    expect(drained).toBe(2);
    expect(audience.reply.write(PIECE)).toBe(true);
  });

  it("holds nobody back once it has left", () => {
    audience.reply.write(PIECE);
    const follower = follow();
    leaving.abort();
    client.how = "cut";
    expect(audience.signal.aborted).toBe(false);
    for (let n = 0; n < 30; n++) expect(audience.reply.write(PIECE)).toBe(true);
    audience.reply.end();
    expect([follower.how, follower.received.length]).toEqual(["ended", 31 * PIECE.length]);
  });
});

it("nobody waits for an answer any more whose last follower has left", () => {
  const following = joins.find(REQUEST)?.follow(new ReadingClient());
  leaving.abort();
  expect(audience.signal.aborted).toBe(false);
  following?.stop();
  expect(audience.signal.aborted).toBe(true);
});

it("an exchange that is over hears nothing of its connection, nor of those who come for its answer", () => {
  audience.reply.end(PIECE);
  recorder.close(true);
  audience.dismiss();
  expect(recorder.onFollowers).toBeNull();
  leaving.abort();
  expect(audience.signal.aborted).toBe(false);
  expect(joins.find({ ...REQUEST, isRetry: false }), "nobody is owed it").toBeNull();
});
