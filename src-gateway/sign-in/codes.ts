/** What signs somebody in once: the secret of a link, or six digits that belong to one browser. */
import { randomInt, timingSafeEqual } from "node:crypto";
import type { Clock } from "../lib/clock.ts";
import { isUniqueViolation } from "../store/database-errors.ts";
import type { Store } from "../store/open-store.ts";
import { whileBusy } from "../store/while-busy.ts";
import { digestOf, newSecret } from "./sessions.ts";
import type { MailCode, SignInCodes } from "./types.ts";

/** HMAC-SHA256 with this gateway's secret, in hex. */
type Keyed = (text: string) => string;

interface CodeWorld {
  store: Store;
  clock: Clock;
  keyed: Keyed;
}

const LINK_US = 60_000_000;
export const MAIL_CODE_US = 600_000_000;
const DIGITS = 6;
/** Of a million: guessing six digits by all attempts that there are is hopeless. */
const MAX_ATTEMPTS = 5;

export function createSignInCodes(world: CodeWorld): SignInCodes {
  return {
    createLink: (userId) => createLink(world, userId),
    createMailCode: (input) => createMailCode(world, input),
    redeemLink: async (code) => {
      const isSigned = code.includes(".");
      const userId = isSigned ? await redeemSigned(world, code) : await redeemMailed(world, code);
      return userId === null ? null : { userId, method: isSigned ? "link" : "mail" };
    },
    redeemDigits: (input) => redeemDigits(world, input),
  };
}

/** Signed rather than kept: whoever gives it out need not wait for a database, and every replica can check it. */
function createLink({ clock, keyed }: CodeWorld, userId: number): { code: string; expiresAtUs: number } {
  const expiresAtUs = clock.nowUs() + LINK_US;
  const content = `${userId}.${expiresAtUs}.${newSecret()}`;
  return { code: `${content}.${keyed(`link ${content}`)}`, expiresAtUs };
}

async function redeemSigned({ store, clock, keyed }: CodeWorld, code: string): Promise<number | null> {
  const [user = "", expires = "", secret = "", signature = ""] = code.split(".");
  if (!isSame(signature, keyed(`link ${user}.${expires}.${secret}`))) return null;
  const nowUs = clock.nowUs();
  const expiresAtUs = Number(expires);
  if (expiresAtUs <= nowUs) return null;
  // The second one finds the row of the first, on whichever replica that was.
  const used = store.db.insertInto("sign_in_codes").values({
    user_id: Number(user),
    link_hash: digestOf(code),
    attempts: 0,
    created_at: nowUs,
    expires_at: expiresAtUs,
    used_at: nowUs,
  });
  try {
    await whileBusy(() => used.execute());
  } catch (error) {
    if (isUniqueViolation(error)) return null;
    throw error;
  }
  return Number(user);
}

async function createMailCode(
  world: CodeWorld,
  { userId, browser }: { userId: number | null; browser: string },
): Promise<MailCode> {
  const { store, clock } = world;
  const nowUs = clock.nowUs();
  const link = newSecret();
  const digits = String(randomInt(10 ** DIGITS)).padStart(DIGITS, "0");
  const old = store.db.deleteFrom("sign_in_codes").where("expires_at", "<=", nowUs - MAIL_CODE_US);
  await whileBusy(() => old.execute());
  const row = store.db.insertInto("sign_in_codes").values({
    user_id: userId,
    link_hash: digestOf(link),
    code_hash: digitsHash(world, digits, browser),
    browser_hash: digestOf(browser),
    attempts: 0,
    created_at: nowUs,
    expires_at: nowUs + MAIL_CODE_US,
  });
  await whileBusy(() => row.execute());
  return { link, digits, expiresAtUs: nowUs + MAIL_CODE_US };
}

async function redeemMailed({ store, clock }: CodeWorld, link: string): Promise<number | null> {
  const nowUs = clock.nowUs();
  const use = store.db
    .updateTable("sign_in_codes")
    .set({ used_at: nowUs })
    .where("link_hash", "=", digestOf(link))
    .where("used_at", "is", null)
    .where("expires_at", ">", nowUs)
    .returning("user_id");
  return (await whileBusy(() => use.executeTakeFirst()))?.user_id ?? null;
}

async function redeemDigits(
  world: CodeWorld,
  { digits, browser }: { digits: string; browser: string },
): Promise<number | null> {
  const { store, clock } = world;
  const nowUs = clock.nowUs();
  // Counted before it is compared: of many at once, no more than the limit are compared.
  const attempt = store.db
    .updateTable("sign_in_codes")
    .set((values) => ({ attempts: values("attempts", "+", 1) }))
    .where("id", "=", (select) =>
      select
        .selectFrom("sign_in_codes")
        .select("id")
        .where("browser_hash", "=", digestOf(browser))
        .orderBy("id", "desc")
        .limit(1),
    )
    .where("used_at", "is", null)
    .where("expires_at", ">", nowUs)
    .where("attempts", "<", MAX_ATTEMPTS)
    .returning(["id", "user_id", "code_hash"]);
  const row = await whileBusy(() => attempt.executeTakeFirst());
  if (!row?.code_hash || !isSame(row.code_hash, digitsHash(world, digits, browser))) return null;
  const use = store.db
    .updateTable("sign_in_codes")
    .set({ used_at: nowUs })
    .where("id", "=", row.id)
    .where("used_at", "is", null);
  const { numUpdatedRows } = await whileBusy(() => use.executeTakeFirstOrThrow());
  return numUpdatedRows === 0n ? null : row.user_id;
}

/** Keyed, because a million digits are tried in a moment by whoever has the database. */
const digitsHash = ({ keyed }: CodeWorld, digits: string, browser: string): string =>
  keyed(`mail ${digits} ${browser}`);

function isSame(shown: string, known: string): boolean {
  const [a, b] = [Buffer.from(shown), Buffer.from(known)];
  return a.length === b.length && timingSafeEqual(a, b);
}
