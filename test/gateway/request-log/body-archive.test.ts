import { sql } from "kysely";
import { afterEach, beforeEach, expect, it } from "vitest";
import { silentLogger } from "../../../src-gateway/lib/logger.ts";
import { createBodyArchive } from "../../../src-gateway/request-log/body-archive.ts";
import { createHider } from "../../../src-gateway/request-log/hide-secrets.ts";
import type { BodyArchive, NewBody } from "../../../src-gateway/request-log/types.ts";
import { createRedactor } from "../../../src-gateway/secrets/redact.ts";
import { BODY_TABLES } from "../../../src-gateway/store/body-tables.ts";
import { type BodyStore, openBodyStore } from "../../../src-gateway/store/open-body-store.ts";
import { describeOnBothDatabases } from "../../suites/store.suite.ts";
import { agentSession } from "../../support/agent-session.ts";

const FIRST_ID = 1_790_000_000_000_000;
const KNOWN_SECRET = "correct/horse+battery";

function bodyAt(place: number, request: string | Buffer | null, changes: Partial<NewBody> = {}): NewBody {
  const bytes = request === null ? null : Buffer.from(request);
  return {
    id: FIRST_ID + place,
    userId: 1,
    apiKeyId: 2,
    modelAsked: "claude-sonnet-5",
    head: {
      method: "POST",
      path: "/v1/messages",
      headers: { "content-type": "application/json" },
      surface: "messages",
      answerType: "application/json",
      requestIsCut: false,
      answerIsCut: false,
      answerIsText: false,
      replayOf: null,
    },
    request: bytes,
    answer: null,
    requestBytes: bytes?.length ?? 0,
    answerBytes: 0,
    ...changes,
  };
}
const asking = (text: string): string => JSON.stringify({ model: "m", messages: [{ role: "user", content: text }] });
const answering = (text: string): Buffer =>
  Buffer.from(
    JSON.stringify({
      id: "msg_1",
      type: "message",
      role: "assistant",
      model: "m",
      content: [{ type: "text", text }],
      stop_reason: "end_turn",
      usage: { input_tokens: 1, output_tokens: 1 },
    }),
  );
const textOf = (bytes: Uint8Array | null | undefined): string | null => (bytes ? Buffer.from(bytes).toString() : null);

describeOnBothDatabases("the archive of bodies", (database) => {
  let store: BodyStore;
  let archive: BodyArchive;
  beforeEach(async () => {
    await database.open();
    store = await openBodyStore({ ledgerUrl: database.url, log: silentLogger });
    archive = archiveOn(store);
  });
  afterEach(() => archive.close());
  const archiveOn = (on: BodyStore): BodyArchive => {
    const redactor = createRedactor();
    redactor.add(KNOWN_SECRET);
    return createBodyArchive({ store: on, hide: createHider((text) => redactor.redact(text)), pauseMs: 0 });
  };
  const found = (words: string): Promise<number[]> =>
    archive.search({ words, limit: 10 }).then((ids) => ids.map((id) => id - FIRST_ID));
  const countOf = async (table: string): Promise<number> =>
    (await sql<{ count: number }>`select count(*) as count from ${sql.table(table)}`.execute(store.db)).rows[0]
      ?.count ?? -1;

  it("gives back every turn of a session to the byte, and takes an eightieth of it", async () => {
    const session = agentSession(60, 200_000);
    for (const [turn, request] of session.entries()) await archive.put([bodyAt(turn, request)]);
    for (const [turn, request] of session.entries()) {
      const kept = (await archive.get(FIRST_ID + turn))?.request;
      expect(kept && request.equals(kept)).toBe(true);
    }
    const rows = await store.db.selectFrom("bodies").select(["request", "depth"]).execute();
    const storedBytes = rows.reduce((sum, row) => sum + (row.request?.length ?? 0), 0);
    const rawBytes = session.reduce((sum, body) => sum + body.length, 0);
    expect(rawBytes / storedBytes).toBeGreaterThan(80);
  });

  it("goes on from what another process has kept, and ends a chain before it costs too much", async () => {
    const session = agentSession(40, 1_200_000);
    for (const [turn, request] of session.entries()) {
      // One that remembers nothing.
      await archiveOn(store).put([bodyAt(turn, request)]);
    }
    const rows = await store.db
      .selectFrom("bodies")
      .select(["depth", "chain_bytes", "base_id"])
      .orderBy("id")
      .execute();
    expect(rows.filter((row) => row.base_id === null).length).toBeGreaterThan(1);
    expect(rows.filter((row) => row.base_id === null).length).toBeLessThan(6);
    expect(Math.max(...rows.map((row) => row.chain_bytes))).toBeLessThanOrEqual(12 * 1024 * 1024);
    const last = await archive.get(FIRST_ID + 39);
    expect(last?.request && session[39]?.equals(last.request)).toBe(true);
  });

  it("keeps conversations apart, whoever has them", async () => {
    const body = asking("the very same words");
    await archive.put([bodyAt(0, body), bodyAt(1, body, { apiKeyId: 3 }), bodyAt(2, body)]);
    const rows = await store.db.selectFrom("bodies").select(["id", "base_id"]).orderBy("id").execute();
    expect(rows.map((row) => row.base_id)).toEqual([null, null, FIRST_ID]);
  });

  it("keeps what is no JSON, and what is missing", async () => {
    await archive.put([bodyAt(0, "not json"), bodyAt(1, null, { answer: answering("yes") })]);
    expect(textOf((await archive.get(FIRST_ID))?.request)).toBe("not json");
    expect(await archive.get(FIRST_ID + 1)).toMatchObject({ request: null });
    expect(await archive.get(FIRST_ID + 2)).toBeNull();
  });

  it("finds words of prompts and answers, however they are written", async () => {
    await archive.put([
      bodyAt(0, asking("Where is the Müller invoice?"), { answer: answering("In the drawer.") }),
      bodyAt(1, asking("Die Rechnung der Firma"), { answer: answering("東京の請求書 is there") }),
      bodyAt(2, asking("nothing of that")),
    ]);
    expect(await found("invoice")).toEqual([0]);
    expect(await found("muller INVOICE")).toEqual([0]);
    expect(await found("drawer")).toEqual([0]);
    expect(await found("invoice Rechnung")).toEqual([]);
    expect(await found("rechn*")).toEqual([1]);
    expect(await found("請求")).toEqual([1]);
    expect(await found("tool_use OR * \" ' )")).toEqual([]);
    expect(await found("")).toEqual([]);
  });

  it("finds a word in the turn that brought it, and pages through many", async () => {
    const session = agentSession(5, 40_000);
    for (const [turn, request] of session.entries()) await archive.put([bodyAt(turn, request)]);
    expect(await found("mend")).toEqual([0]);
    await archive.put(Array.from({ length: 9 }, (_, place) => bodyAt(100 + place, asking(`pages ${place}`))));
    expect(await archive.search({ words: "pages", limit: 3 })).toEqual(
      [108, 107, 106].map((place) => FIRST_ID + place),
    );
    expect(await archive.search({ words: "pages", limit: 2, beforeId: FIRST_ID + 106 })).toEqual([
      FIRST_ID + 105,
      FIRST_ID + 104,
    ]);
    expect(await archive.search({ words: "pages", limit: 2, afterId: FIRST_ID + 101 })).toEqual([
      FIRST_ID + 102,
      FIRST_ID + 103,
    ]);
  });

  it("keeps no secret: known ones, shapes of keys, escaped ones, and those in pieces", async () => {
    const planted = [
      "sk-ant-plantedplantedplanted",
      "ghp_plantedplantedplanted1234",
      "AKIAPLANTEDPLANTED12",
      KNOWN_SECRET,
    ];
    const escaped = asking(KNOWN_SECRET).replaceAll("/", "\\/");
    const delta = (text: string): string =>
      `event: content_block_delta\ndata: ${JSON.stringify({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } })}\n\n`;
    const stream =
      `event: message_start\ndata: ${JSON.stringify({ type: "message_start", message: { id: "m", model: "m", usage: {} } })}\n\n` +
      `event: content_block_start\ndata: ${JSON.stringify({ type: "content_block_start", index: 0, content_block: { type: "text", text: "" } })}\n\n` +
      `${delta("the key is sk-ant-plan")}${delta("tedplantedplanted, is it not")}` +
      `event: content_block_stop\ndata: {"type":"content_block_stop","index":0}\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n`;
    await archive.put([
      bodyAt(0, asking(`my keys: ${planted.join(" ")}`), { answer: answering(`they are ${planted.join(", ")}`) }),
      bodyAt(1, escaped, { answer: Buffer.from(stream) }),
      bodyAt(2, `not json OPENAI_API_KEY=${"x".repeat(20)}plantedplanted`),
    ]);
    const kept = await Promise.all([0, 1, 2].map((place) => archive.get(FIRST_ID + place)));
    const texts = kept.flatMap((body) => [textOf(body?.request), textOf(body?.answer), JSON.stringify(body?.head)]);
    for (const secret of [...planted, "plantedplanted"])
      expect(texts.filter((text) => text?.includes(secret))).toEqual([]);
    expect(texts[0]).toContain("[hidden]");
    expect(kept[1]?.head.answerIsText).toBe(true);
    expect(textOf(kept[1]?.answer)).toBe("the key is [hidden], is it not");
    expect(await found("plantedplantedplanted")).toEqual([]);
    expect(await found("tedplantedplanted")).toEqual([]);
  });

  it("removes the old from every table, and what goes on from it can still be read", async () => {
    const session = agentSession(30, 60_000);
    for (const [turn, request] of session.entries()) {
      await archive.put([bodyAt(turn, request, { answer: answering(`answer ${turn}`) })]);
    }
    const pruned = await archive.prune({ beforeUs: FIRST_ID + 20, maxBytes: null });
    expect(pruned.bodies).toBe(20);
    for (const { name } of BODY_TABLES) expect(await countOf(name)).toBe(10);
    expect(await archive.get(FIRST_ID + 19)).toBeNull();
    for (let turn = 20; turn < 30; turn++) {
      const kept = (await archive.get(FIRST_ID + turn))?.request;
      expect(kept && session[turn]?.equals(kept)).toBe(true);
    }
    // And the next turn goes on from what is left.
    await archive.put([bodyAt(30, session[29] ?? "")]);
    expect(
      await store.db
        .selectFrom("bodies")
        .select("base_id")
        .where("id", "=", FIRST_ID + 30)
        .execute(),
    ).toEqual([{ base_id: FIRST_ID + 29 }]);
  });

  it("keeps the newest of so many bytes", async () => {
    await archive.put(
      Array.from({ length: 250 }, (_, place) => bodyAt(place, asking(`word${place} `.repeat(40)), { apiKeyId: place })),
    );
    const { bytes } = (await sql<{ bytes: number }>`select sum(stored_bytes) as bytes from bodies`.execute(store.db))
      .rows[0] ?? { bytes: 0 };
    await archive.prune({ beforeUs: null, maxBytes: bytes / 2 });
    const left = await countOf("bodies");
    expect(left).toBeGreaterThan(110);
    expect(left).toBeLessThan(140);
    expect(await archive.get(FIRST_ID + 249)).not.toBeNull();
    expect(await archive.get(FIRST_ID)).toBeNull();
  });

  it("has no table that pruning forgets", async () => {
    const { rows } =
      store.dialect === "sqlite"
        ? await sql<{
            name: string;
          }>`select name from sqlite_master where type = 'table' and name not like 'body_words_%' and name not like 'sqlite_%'`.execute(
            store.db,
          )
        : await sql<{
            name: string;
          }>`select table_name as name from information_schema.columns where table_schema = 'public' and table_name like 'bod%' group by table_name`.execute(
            store.db,
          );
    expect(rows.map(({ name }) => name).toSorted()).toEqual(BODY_TABLES.map(({ name }) => name).toSorted());
  });
});
