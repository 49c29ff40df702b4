/**
 * What the bodies of an agent's session take in the database, and how long any of them takes to be read.
 * Run with `node test/bench/bodies.ts [postgres://…]`; prints the figures.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { silentLogger } from "../../src-gateway/lib/logger.ts";
import { createBodyArchive } from "../../src-gateway/request-log/body-archive.ts";
import type { NewBody } from "../../src-gateway/request-log/types.ts";
import { bodyFileOf, openBodyStore } from "../../src-gateway/store/open-body-store.ts";
import { openStore } from "../../src-gateway/store/open-store.ts";
import { agentSession } from "../support/agent-session.ts";

const TURNS = 60;
const FIRST_ID = 1_790_000_000_000_000;
const READS = 5;

const folder = mkdtempSync(join(tmpdir(), "gateway-bench-"));
const ledgerUrl = process.argv[2] ?? join(folder, "ledger.db");
// On PostgreSQL the ledger's migrations make the tables.
if (ledgerUrl.startsWith("postgres")) await (await openStore({ url: ledgerUrl, log: silentLogger })).close();
const store = await openBodyStore({ ledgerUrl, log: silentLogger });
const archive = createBodyArchive({ store, hide: (text) => text });

const session = agentSession(TURNS, 200_000);
const rawBytes = session.reduce((sum, body) => sum + body.length, 0);
const bodyOf = (request: Buffer, turn: number): NewBody => ({
  id: FIRST_ID + turn,
  userId: 1,
  apiKeyId: 1,
  modelAsked: "claude-sonnet-5",
  head: {
    method: "POST",
    path: "/v1/messages",
    headers: {},
    surface: "messages",
    answerType: null,
    requestIsCut: false,
    answerIsCut: false,
    answerIsText: false,
    replayOf: null,
  },
  request,
  answer: null,
  requestBytes: request.length,
  answerBytes: 0,
});
const startedAt = performance.now();
for (const [turn, request] of session.entries()) await archive.put([bodyOf(request, turn)]);
const putMs = (performance.now() - startedAt) / TURNS;

const rows = await store.db.selectFrom("bodies").select(["id", "request", "stored_bytes"]).execute();
const storedBytes = rows.reduce((sum, row) => sum + (row.request?.length ?? 0), 0);
const rowBytes = rows.reduce((sum, row) => sum + row.stored_bytes, 0);

const readMs: number[] = [];
for (let turn = 0; turn < TURNS; turn++) {
  const times: number[] = [];
  for (let read = 0; read < READS; read++) {
    const from = performance.now();
    const found = await archive.get(FIRST_ID + turn);
    times.push(performance.now() - from);
    if (!found?.request || !session[turn]?.equals(found.request)) throw new Error(`turn ${turn} came back changed`);
  }
  readMs.push(Math.min(...times));
}
const sorted = readMs.toSorted((a, b) => a - b);
const say = (what: string, value: string): void => void process.stdout.write(`${what.padEnd(44)}${value}\n`);
say("database", store.dialect);
say("turns, last body, all bodies", `${TURNS}, ${session.at(-1)?.length} B, ${rawBytes} B`);
say("requests as stored", `${storedBytes} B, ${(rawBytes / storedBytes).toFixed(1)} times smaller`);
say("with columns and words, as counted", `${rowBytes} B, ${(rawBytes / rowBytes).toFixed(1)} times smaller`);
if (store.dialect === "sqlite") {
  await sql`vacuum`.execute(store.db);
  await sql`pragma wal_checkpoint(truncate)`.execute(store.db);
  const { size } = statSync(bodyFileOf(ledgerUrl));
  say("the file, with its index of words", `${size} B, ${(rawBytes / size).toFixed(1)} times smaller`);
}
say("stored in, a turn", `${putMs.toFixed(2)} ms`);
say(
  "read, median and slowest turn (best of 5)",
  `${sorted[TURNS / 2]?.toFixed(2)} ms, ${sorted.at(-1)?.toFixed(2)} ms`,
);

await archive.close();
rmSync(folder, { recursive: true, force: true });
