/**
 * Where bodies are kept. Each request is packed against the one before it in its conversation, so any of them is unpacked
 * in bounded time: a chain ends where reading it would cost more than a few milliseconds. Meant to run in a thread of its
 * own: packing and looking for secrets take milliseconds.
 */
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { type BodyRow, type BodyRows, type ChainEnd, type ChainLink, createBodyRows } from "../store/body-rows.ts";
import { isForeignKeyViolation } from "../store/database-errors.ts";
import type { BodyStore } from "../store/open-body-store.ts";
import { packBody, unpackBody } from "./body-delta.ts";
import type { Redact } from "./hide-secrets.ts";
import { type PreparedBody, prepareBody } from "./prepare-body.ts";
import { forgetBodies, pruneBodies } from "./prune-bodies.ts";
import { RecentBodies } from "./recent-bodies.ts";
import type { BodyArchive, BodyHead, NewBody, StoredBody } from "./types.ts";
import { wordsAsked, wordsOf } from "./words.ts";

export interface BodyArchiveOptions {
  store: BodyStore;
  /** Takes secrets out of a text. */
  hide: Redact;
  /** A rest between two steps of pruning, in which others can use the database. */
  pauseMs?: number;
}

/** So much is unpacked at most for one request, about half a millisecond a megabyte. */
const MAX_CHAIN_BYTES = 12 * 1024 * 1024;
const MAX_DEPTH = 127;
/** What the tables take for a row besides its bodies and words. */
const ROW_BYTES = 150;
/** What the index takes for a word of a body: most words are in it already. */
const WORD_BYTES = 4;

export function createBodyArchive({ store, hide, pauseMs = 20 }: BodyArchiveOptions): BodyArchive {
  const rows = createBodyRows(store);
  const recent = new RecentBodies();
  return {
    async put(bodies) {
      const prepared = bodies.map((body) => ({ body, made: prepareBody(body, hide) }));
      const write = async (): Promise<void> => {
        const made: BodyRow[] = [];
        for (const each of prepared) made.push(await pack(rows, recent, each.body, each.made));
        await rows.insert(made);
      };
      try {
        await write();
      } catch (error) {
        // Those that come next must not be packed against what is not there.
        recent.clear();
        if (!isForeignKeyViolation(error)) throw error;
        // A body that these were packed against has just been removed.
        await write();
      }
    },
    get: (id) => read(rows, id),
    async search({ words, ...page }) {
      return rows.search(wordsAsked(words), page);
    },
    async prune(retention) {
      // What is remembered may be what is removed.
      recent.clear();
      const pruned = await pruneBodies(rows, retention, { pauseMs, unpack: (id) => unpackRequest(rows, id) });
      recent.clear();
      return pruned;
    },
    async forget(userId) {
      recent.clear();
      const removed = await forgetBodies(rows, userId, { pauseMs, unpack: (id) => unpackRequest(rows, id) });
      recent.clear();
      return removed;
    },
    close: () => store.close(),
  };
}

async function pack(rows: BodyRows, recent: RecentBodies, body: NewBody, made: PreparedBody): Promise<BodyRow> {
  const { conversation, request, answer } = made;
  const base = request === null || conversation === null ? null : await baseOf(rows, recent, conversation, request);
  const packed = request === null ? null : packBody(request, base?.bytes ?? null);
  const packedAnswer = answer === null ? null : zstdCompressSync(answer);
  const words = wordsOf([...newTexts(made.spoken, base?.spoken ?? null), made.said]);
  const head = JSON.stringify(made.head);
  const end: ChainEnd = {
    id: body.id,
    depth: base === null ? 0 : base.end.depth + 1,
    chain_bytes: base === null ? 0 : base.end.chain_bytes + base.end.request_kept,
    request_kept: request?.length ?? 0,
  };
  if (request !== null && conversation !== null)
    recent.keep(conversation, { end, bytes: request, spoken: made.spoken });
  return {
    ...end,
    user_id: body.userId,
    api_key_id: body.apiKeyId,
    conversation,
    base_id: base?.end.id ?? null,
    prefix: packed?.prefix ?? 0,
    suffix: packed?.suffix ?? 0,
    request_bytes: body.requestBytes,
    answer_bytes: body.answerBytes,
    answer_kept: answer?.length ?? 0,
    stored_bytes:
      (packed?.packed.length ?? 0) + (packedAnswer?.length ?? 0) + head.length + words.length * WORD_BYTES + ROW_BYTES,
    head,
    request: packed?.packed ?? null,
    answer: packedAnswer,
    words,
  };
}

interface Base {
  end: ChainEnd;
  bytes: Buffer;
  /** Null when it was read back: then what is new is not told from what is old. */
  spoken: readonly string[] | null;
}

/** The turn before, where going on from it pays and does not make the chain too long. */
async function baseOf(
  rows: BodyRows,
  recent: RecentBodies,
  conversation: string,
  request: Buffer,
): Promise<Base | null> {
  const known = recent.find(conversation);
  const end = known?.end ?? (await rows.lastOf(conversation));
  if (end === null || end.depth >= MAX_DEPTH) return null;
  if (end.chain_bytes + end.request_kept + request.length > MAX_CHAIN_BYTES) return null;
  if (known) return known;
  const bytes = await unpackRequest(rows, end.id);
  return bytes === null ? null : { end, bytes, spoken: null };
}

/** Texts that the turn before did not have: an old word is found in the turn that brought it. */
function newTexts(spoken: readonly string[], before: readonly string[] | null): readonly string[] {
  if (before === null) return spoken;
  const old = new Set(before);
  return spoken.filter((text) => !old.has(text));
}

async function unpackRequest(rows: BodyRows, id: number): Promise<Buffer | null> {
  return unpackChain(await rows.chain(id));
}

function unpackChain(chain: readonly ChainLink[]): Buffer | null {
  let body: Buffer | null = null;
  for (const { prefix, suffix, request } of chain) {
    if (request === null) return null;
    body = unpackBody({ prefix, suffix, packed: request }, body);
  }
  return body;
}

async function read(rows: BodyRows, id: number): Promise<StoredBody | null> {
  const row = await rows.find(id);
  if (row === null) return null;
  return {
    id: row.id,
    userId: row.user_id,
    apiKeyId: row.api_key_id,
    head: JSON.parse(row.head) as BodyHead,
    requestBytes: row.request_bytes,
    answerBytes: row.answer_bytes,
    request: row.request === null ? null : await unpackRequest(rows, id),
    answer: row.answer === null ? null : zstdDecompressSync(row.answer),
  };
}
