/**
 * Who is signed in. `sign-in/` is how people come in and stay in: sessions, one-time codes, mails, OIDC providers. A
 * session is a row that all replicas read, so what ends it ends it everywhere; the row holds a hash, never the cookie.
 */
import { hash, randomBytes } from "node:crypto";
import type { Insertable, Selectable } from "kysely";
import type { Clock } from "../lib/clock.ts";
import type { Store } from "../store/open-store.ts";
import type { SessionsTable } from "../store/sign-in-tables.ts";
import { whileBusy } from "../store/while-busy.ts";
import type { Seal } from "./seal.ts";
import {
  type CookieValue,
  type FoundSession,
  type SessionRecord,
  type SessionStart,
  type Sessions,
  SIGN_IN_METHODS,
} from "./types.ts";

/** A token is replaced when it has been used for this long, so that a stolen one is not good for all of a session. */
const ROTATE_US = 3_600_000_000;
/** Requests that were on their way with the old token when it was replaced. */
const GRACE_US = 60_000_000;
/** Looking at a page must not write a row with every request. */
const SEEN_US = 60_000_000;
const MAX_AGENT_LENGTH = 300;
/** A cookie of ours is 43 characters long. */
const MAX_TOKEN_LENGTH = 100;

export interface SessionLimits {
  /** From the sign-in on. */
  lifetimeMs: number;
  /** Without any request; 0 is no limit. */
  idleMs: number;
}

interface SessionWorld {
  store: Store;
  clock: Clock;
  seal: Seal;
  limits: SessionLimits;
}

export function createSessions(world: SessionWorld): Sessions {
  const { store, clock } = world;
  const { db } = store;
  let isTouched = false;
  return {
    async start(userId, how) {
      isTouched = true;
      await prune(world);
      return insert(world, userId, how);
    },
    find: (token) => find(world, token),
    async end(token) {
      const row = await living(world, token);
      if (!row) return null;
      await endWhere(world, (update) => update.where("id", "=", row.id));
      const idToken = row.logout_hint === null ? null : world.seal.open(row.logout_hint);
      return { userId: row.user_id, oidc: row.provider === null ? null : { provider: row.provider, idToken } };
    },
    async list(userId) {
      const nowUs = clock.nowUs();
      const rows = await db
        .selectFrom("sessions")
        .selectAll()
        .where("user_id", "=", userId)
        .where("ended_at", "is", null)
        .where("expires_at", ">", nowUs)
        .where("last_seen_at", ">", idleSince(world))
        .orderBy("id", "desc")
        .execute();
      return rows.map(toRecord);
    },
    async endOne(userId, id) {
      const ended = await endWhere(world, (update) => update.where("id", "=", id).where("user_id", "=", userId));
      return ended > 0;
    },
    endAll: (userId, exceptId = 0) =>
      endWhere(world, (update) => update.where("user_id", "=", userId).where("id", "<>", exceptId)),
    async isUntouched() {
      if (isTouched) return false;
      return (await db.selectFrom("sessions").select("id").limit(1).executeTakeFirst()) === undefined;
    },
  };
}

export const newSecret = (): string => randomBytes(32).toString("base64url");

/** Also spares the comparison of secrets byte by byte. */
export const digestOf = (secret: string): string => hash("sha256", secret, "base64url");

/** Sessions that were last seen before this are over. */
const idleSince = ({ clock, limits }: SessionWorld): number =>
  limits.idleMs === 0 ? 0 : clock.nowUs() - limits.idleMs * 1_000;

async function insert(
  { store, clock, seal, limits }: SessionWorld,
  userId: number,
  how: SessionStart,
): Promise<CookieValue> {
  const token = newSecret();
  const nowUs = clock.nowUs();
  const idToken = how.oidc?.idToken ?? null;
  const row: Insertable<SessionsTable> = {
    user_id: userId,
    token_hash: digestOf(token),
    token_issued_at: nowUs,
    created_at: nowUs,
    last_seen_at: nowUs,
    expires_at: nowUs + limits.lifetimeMs * 1_000,
    method: how.method,
    provider: how.oidc?.provider ?? null,
    logout_hint: idToken === null ? null : seal.close(idToken),
    user_agent: how.userAgent?.slice(0, MAX_AGENT_LENGTH) ?? null,
    address: how.address,
  };
  await whileBusy(() => store.db.insertInto("sessions").values(row).execute());
  return { token, maxAgeSeconds: Math.ceil(limits.lifetimeMs / 1_000) };
}

async function living(world: SessionWorld, token: string): Promise<Selectable<SessionsTable> | null> {
  if (token.length > MAX_TOKEN_LENGTH) return null;
  const digest = digestOf(token);
  const nowUs = world.clock.nowUs();
  const row = await world.store.db
    .selectFrom("sessions")
    .selectAll()
    .where((where) =>
      where.or([
        where("token_hash", "=", digest),
        where.and([where("previous_hash", "=", digest), where("previous_until", ">", nowUs)]),
      ]),
    )
    .where("ended_at", "is", null)
    .where("expires_at", ">", nowUs)
    .where("last_seen_at", ">", idleSince(world))
    .executeTakeFirst();
  return row ?? null;
}

async function find(world: SessionWorld, token: string): Promise<FoundSession | null> {
  const row = await living(world, token);
  if (!row) return null;
  const nowUs = world.clock.nowUs();
  const found = { id: row.id, userId: row.user_id, renewed: null };
  if (row.token_hash === digestOf(token) && nowUs - row.token_issued_at >= ROTATE_US) {
    return { ...found, renewed: await renew(world, row) };
  }
  if (nowUs - row.last_seen_at >= SEEN_US) {
    const update = world.store.db.updateTable("sessions").set({ last_seen_at: nowUs }).where("id", "=", row.id);
    await whileBusy(() => update.execute());
  }
  return found;
}

/** Null when another request was first: its answer carries the new token, and the old one goes on for a moment. */
async function renew(
  { store, clock }: SessionWorld,
  { id, token_hash: before, expires_at: expiresUs }: Selectable<SessionsTable>,
): Promise<CookieValue | null> {
  const token = newSecret();
  const nowUs = clock.nowUs();
  const update = store.db
    .updateTable("sessions")
    .set({
      token_hash: digestOf(token),
      token_issued_at: nowUs,
      previous_hash: before,
      previous_until: nowUs + GRACE_US,
      last_seen_at: nowUs,
    })
    .where("id", "=", id)
    .where("token_hash", "=", before);
  const { numUpdatedRows } = await whileBusy(() => update.executeTakeFirstOrThrow());
  if (numUpdatedRows === 0n) return null;
  return { token, maxAgeSeconds: Math.ceil((expiresUs - nowUs) / 1_000_000) };
}

type EndUpdate = ReturnType<typeof endingUpdate>;
const endingUpdate = ({ store, clock }: SessionWorld) =>
  store.db.updateTable("sessions").set({ ended_at: clock.nowUs() }).where("ended_at", "is", null);

async function endWhere(world: SessionWorld, narrow: (update: EndUpdate) => EndUpdate): Promise<number> {
  const { numUpdatedRows } = await whileBusy(() => narrow(endingUpdate(world)).executeTakeFirstOrThrow());
  return Number(numUpdatedRows);
}

async function prune({ store, clock }: SessionWorld): Promise<void> {
  const old = store.db
    .deleteFrom("sessions")
    .where((where) => where.or([where("expires_at", "<=", clock.nowUs()), where("ended_at", "is not", null)]));
  await whileBusy(() => old.execute());
}

const toRecord = (row: Selectable<SessionsTable>): SessionRecord => ({
  id: row.id,
  userId: row.user_id,
  method: SIGN_IN_METHODS.find((method) => method === row.method) ?? "link",
  provider: row.provider,
  createdAtUs: row.created_at,
  lastSeenAtUs: row.last_seen_at,
  expiresAtUs: row.expires_at,
  userAgent: row.user_agent,
  address: row.address,
});
