import { expect, it } from "vitest";
import type { Inbound, Reply } from "../../../src-gateway/exchange/types.ts";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { createBodyLog } from "../../../src-gateway/request-log/body-log.ts";
import { listenTo } from "../../../src-gateway/request-log/listen.ts";
import type { BodyArchive, HeardBodies, NewBody } from "../../../src-gateway/request-log/types.ts";
import { completedRecord, FIRST_ID } from "../../support/exchange-records.ts";
import { recordingLogger } from "../../support/recording-logger.ts";

class PlainReply implements Reply {
  status: number | null = null;
  bytesOut = 0;
  onDrain: (() => void) | null = null;
  start(status: number): void {
    this.status = status;
  }
  write(bytes: Buffer): boolean {
    this.bytesOut += bytes.length;
    return false;
  }
  end(bytes?: Buffer): void {
    this.bytesOut += bytes?.length ?? 0;
  }
  cut(): void {}
  finished(): Promise<boolean> {
    return Promise.resolve(true);
  }
}

const body = Buffer.from('{"model":"m"}');
const inboundWith = (reply: Reply, headers: Inbound["headers"] = {}): Inbound => ({
  id: FIRST_ID,
  requestId: "req_1",
  arrivedUs: 0,
  wire: "openai-chat",
  target: { surface: "chat", pathModel: null, pathMethod: null, query: "" },
  project: null,
  headers,
  token: "tok_of_the_client",
  readBody: async () => ({ bytes: body, wireBytes: body.length, release() {} }),
  signal: new AbortController().signal,
  reply,
});
const heardIn = (inbound: Inbound): HeardBodies => {
  if (!inbound.heard) throw new Error("nothing is heard");
  return inbound.heard;
};

it("hears what goes by and changes nothing of it", async () => {
  const reply = new PlainReply();
  const inbound = listenTo(
    inboundWith(reply, { authorization: "Bearer tok_1", cookie: "a=b", "user-agent": "curl/8", "x-api-key": "tok_1" }),
    1000,
  );
  await inbound.readBody();
  inbound.reply.onDrain = () => {};
  inbound.reply.start(200, { "content-type": "text/event-stream" });
  expect(inbound.reply.write(Buffer.from("one"))).toBe(false);
  inbound.reply.end(Buffer.from("two"));
  expect([reply.status, reply.bytesOut, reply.onDrain]).toEqual([200, 6, inbound.reply.onDrain]);
  expect([inbound.reply.status, inbound.reply.bytesOut, await inbound.reply.finished()]).toEqual([200, 6, true]);
  const heard = heardIn(inbound);
  // The very buffers of the exchange: nothing was copied.
  expect(heard.request).toBe(body);
  expect(Buffer.concat(heard.answer).toString()).toBe("onetwo");
  expect(heard.head).toMatchObject({ path: "/v1/chat/completions", headers: { "user-agent": "curl/8" } });
  expect(JSON.stringify(heard.head)).not.toContain("tok_");
});

it("keeps the beginning of what is too long, and nothing of what is no text", () => {
  const long = listenTo(inboundWith(new PlainReply()), 5);
  long.reply.start(200, { "content-type": "application/json" });
  long.reply.write(Buffer.from("123"));
  long.reply.end(Buffer.from("45678"));
  expect(Buffer.concat(heardIn(long).answer).toString()).toBe("12345");
  expect(heardIn(long)).toMatchObject({ answerBytes: 8, head: { answerIsCut: true } });
  const image = listenTo(inboundWith(new PlainReply()), 5);
  image.reply.start(200, { "content-type": "image/png" });
  image.reply.end(Buffer.from("123"));
  expect(heardIn(image)).toMatchObject({ answer: [], answerBytes: 3 });
});

function heardBytes(bytes: number): HeardBodies {
  const { heard } = listenTo(inboundWith(new PlainReply()), 1000);
  return { ...(heard as HeardBodies), request: Buffer.alloc(bytes) };
}
const archiveThat = (put: BodyArchive["put"]): BodyArchive => ({
  put,
  get: async () => null,
  search: async () => [],
  forget: async () => 0,
  prune: async () => ({ bodies: 0, bytes: 0 }),
  close: async () => {},
});
const retention = { days: null, bytes: null };

it("hands bodies over in groups, after the exchange", async () => {
  const groups: number[] = [];
  const log = createBodyLog({
    archive: archiveThat(async (bodies: readonly NewBody[]) => void groups.push(bodies.length)),
    log: recordingLogger(),
    clock: systemClock,
    retention,
  });
  for (let place = 0; place < 40; place++) log.take(completedRecord(FIRST_ID + place), heardBytes(10));
  expect(groups).toEqual([]);
  await log.stop();
  expect(groups).toEqual([16, 16, 8]);
  log.take(completedRecord(FIRST_ID), heardBytes(10));
  await log.flush();
  expect(groups).toHaveLength(3);
});

it("leaves out what is too much or cannot be written, and says so once", async () => {
  const logger = recordingLogger();
  const log = createBodyLog({
    archive: archiveThat(() => Promise.reject(new Error("disk full"))),
    log: logger,
    clock: systemClock,
    retention,
  });
  for (let place = 0; place < 8; place++) log.take(completedRecord(FIRST_ID + place), heardBytes(9 * 1024 * 1024));
  expect(log.leftOut()).toBe(1);
  await log.stop();
  expect(log.leftOut()).toBe(8);
  expect(logger.text()).toContain("bodies of requests were not kept");
});
