import { expect, it } from "vitest";
import { createKeptAnswers, type KeptAnswers } from "../../../src-gateway/admin-api/kept-answers.ts";
import { createSeal } from "../../../src-gateway/sign-in/seal.ts";
import { describeOnBothDatabases } from "../../suites/store.suite.ts";

describeOnBothDatabases("answers that are kept for idempotency keys", (database) => {
  const HOUR_US = 3_600_000_000;
  let nowUs = 1;
  const open = async (secret = "the same"): Promise<KeptAnswers> =>
    createKeptAnswers(await database.open(), { nowUs: () => nowUs, monotonicUs: () => nowUs }, (text) =>
      createSeal(`${secret} ${text}`),
    );
  const question = { owner: "user 1", key: "k", request: "POST /a {}" };
  const begin = async (answers: KeptAnswers, asked = question) => {
    const claim = await answers.claim(asked);
    if (claim.is !== "new") throw new Error(`the key was ${claim.is}`);
    return claim;
  };

  it("are given by another gateway of the same database, and only one of many begins", async () => {
    const [one, other] = [await open(), await open()];
    const claims = await Promise.all([1, 2, 3].flatMap(() => [one.claim(question), other.claim(question)]));
    expect(claims.map(({ is }) => is).sort()).toEqual(["new", ...Array(5).fill("running")]);
    const [own] = claims.filter((claim) => claim.is === "new");
    await own?.settle({ status: 200, body: '{"token":"tok_planted"}' });
    expect(await other.claim(question)).toEqual({ is: "answered", status: 200, body: '{"token":"tok_planted"}' });
  });

  it("hold no secret in the clear, and open for nobody with another secret", async () => {
    const store = await database.open();
    await (await begin(await open())).settle({ status: 200, body: '{"token":"tok_planted"}' });
    const rows = JSON.stringify(await store.db.selectFrom("idempotency_keys").selectAll().execute());
    expect(rows).not.toMatch(/tok_|POST/);
    expect(await (await open("another")).claim(question)).toEqual({ is: "answered", status: 200, body: null });
  });

  it("belong to one owner and one request", async () => {
    const answers = await open();
    await begin(answers);
    expect(await answers.claim({ ...question, request: "POST /b {}" })).toEqual({ is: "other" });
    expect((await answers.claim({ ...question, owner: "user 2" })).is).toBe("new");
  });

  it("can be dropped, and are gone after a day", async () => {
    const answers = await open();
    await (await begin(answers)).drop();
    await (await begin(answers)).settle({ status: 200, body: "{}" });
    nowUs += 23 * HOUR_US;
    expect((await answers.claim(question)).is).toBe("answered");
    nowUs += 2 * HOUR_US;
    expect((await answers.claim(question)).is).toBe("new");
  });

  it("say so when they were too long to be kept", async () => {
    const answers = await open();
    await (await begin(answers)).settle({ status: 200, body: "x".repeat(300_000) });
    expect(await answers.claim(question)).toEqual({ is: "answered", status: 200, body: null });
  });
});
