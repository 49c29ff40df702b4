import { createHmac } from "node:crypto";
import { beforeEach, expect, it } from "vitest";
import { createSignInCodes } from "../../../src-gateway/sign-in/codes.ts";
import type { SignInCodes } from "../../../src-gateway/sign-in/types.ts";
import type { Store } from "../../../src-gateway/store/open-store.ts";
import { describeOnBothDatabases } from "../../suites/store.suite.ts";

const SECOND = 1_000_000;
const wrong = (digits: string): string => String((Number(digits) + 1) % 1_000_000).padStart(6, "0");

describeOnBothDatabases("one-time codes", (database) => {
  let nowUs = 1_700_000_000 * SECOND;
  const clock = { nowUs: () => nowUs, monotonicUs: () => nowUs };
  const pass = (us: number): void => void (nowUs += us);
  const keyed = (text: string): string => createHmac("sha256", "gateway's secret").update(text).digest("hex");
  let store: Store;
  let codes: SignInCodes;
  beforeEach(async () => {
    store = await database.open();
    codes = createSignInCodes({ store, clock, keyed });
  });
  const userOf = async (code: string): Promise<number | null> => (await codes.redeemLink(code))?.userId ?? null;

  it("for a link work once, within a minute, for their user", async () => {
    const first = codes.createLink(7);
    expect(await codes.redeemLink(first.code)).toEqual({ userId: 7, method: "link" });
    expect(await userOf(first.code)).toBeNull();
    const late = codes.createLink(7);
    pass(59 * SECOND);
    expect(await userOf(codes.createLink(8).code)).toBe(8);
    pass(SECOND);
    expect(await userOf(late.code)).toBeNull();
  });

  it("for a link cannot be made up, or be changed to another user or a later time", async () => {
    const { code } = codes.createLink(7);
    const [user = "", expires = "", secret = "", signature = ""] = code.split(".");
    const later = String(Number(expires) + 3_600 * SECOND);
    for (const forged of [
      "",
      ".",
      "...",
      `8.${expires}.${secret}.${signature}`,
      `${user}.${later}.${secret}.${signature}`,
    ])
      expect(await userOf(forged)).toBeNull();
    const other = createSignInCodes({
      store,
      clock,
      keyed: (text) => createHmac("sha256", "else").update(text).digest("hex"),
    });
    expect(await other.redeemLink(code)).toBeNull();
    expect(await userOf(code)).toBe(7);
  });

  it("for a link work once on all replicas together", async () => {
    const replica = createSignInCodes({ store: await database.open(), clock, keyed });
    const { code } = codes.createLink(7);
    const found = await Promise.all([codes, replica, codes, replica].map((each) => each.redeemLink(code)));
    expect(found.filter((each) => each !== null)).toHaveLength(1);
  });

  it("of a mail are a link for any browser or six digits for one, and once in all", async () => {
    const mail = await codes.createMailCode({ userId: 7, browser: "the browser" });
    expect(mail.digits).toMatch(/^\d{6}$/);
    expect(await codes.redeemDigits({ digits: mail.digits, browser: "another browser" })).toBeNull();
    expect(await codes.redeemDigits({ digits: mail.digits, browser: "the browser" })).toBe(7);
    expect(await codes.redeemDigits({ digits: mail.digits, browser: "the browser" })).toBeNull();
    expect(await userOf(mail.link)).toBeNull();
    const second = await codes.createMailCode({ userId: 7, browser: "the browser" });
    expect(await codes.redeemLink(second.link)).toEqual({ userId: 7, method: "mail" });
    expect(await codes.redeemDigits({ digits: second.digits, browser: "the browser" })).toBeNull();
  });

  it("of a mail are over after ten minutes", async () => {
    const mail = await codes.createMailCode({ userId: 7, browser: "b" });
    pass(600 * SECOND);
    expect(await codes.redeemDigits({ digits: mail.digits, browser: "b" })).toBeNull();
    expect(await userOf(mail.link)).toBeNull();
  });

  it("of six digits can be guessed at five times, however many guess at once", async () => {
    const guessed = await codes.createMailCode({ userId: 7, browser: "b" });
    const guesses = Array.from({ length: 20 }, () =>
      codes.redeemDigits({ digits: wrong(guessed.digits), browser: "b" }),
    );
    expect((await Promise.all(guesses)).every((each) => each === null)).toBe(true);
    expect(await codes.redeemDigits({ digits: guessed.digits, browser: "b" })).toBeNull();
    expect((await store.db.selectFrom("sign_in_codes").select("attempts").executeTakeFirst())?.attempts).toBe(5);
    const lucky = await codes.createMailCode({ userId: 7, browser: "c" });
    for (let n = 0; n < 4; n++) await codes.redeemDigits({ digits: wrong(lucky.digits), browser: "c" });
    expect(await codes.redeemDigits({ digits: lucky.digits, browser: "c" })).toBe(7);
  });

  it("for an address that nobody has let nobody in, and look like all others", async () => {
    const mail = await codes.createMailCode({ userId: null, browser: "b" });
    expect(await codes.redeemDigits({ digits: mail.digits, browser: "b" })).toBeNull();
    expect(await userOf(mail.link)).toBeNull();
  });

  it("stand in the database in no form that could be used or guessed", async () => {
    const mail = await codes.createMailCode({ userId: 7, browser: "the-browsers-cookie" });
    const link = codes.createLink(7);
    await codes.redeemLink(link.code);
    const text = JSON.stringify(await store.db.selectFrom("sign_in_codes").selectAll().execute());
    for (const secret of [mail.link, `"${mail.digits}"`, "the-browsers-cookie", link.code])
      expect(text).not.toContain(secret);
  });

  it("are swept out when they are long over", async () => {
    await codes.createMailCode({ userId: 7, browser: "b" });
    pass(1_200 * SECOND);
    await codes.createMailCode({ userId: 7, browser: "b" });
    expect(await store.db.selectFrom("sign_in_codes").selectAll().execute()).toHaveLength(1);
  });
});
