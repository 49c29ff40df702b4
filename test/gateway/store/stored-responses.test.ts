import { expect, it } from "vitest";
import { createResponseRepository, type StoredResponse } from "../../../src-gateway/store/stored-responses.ts";
import { describeOnBothDatabases } from "../../suites/store.suite.ts";

const NOW = 1_795_219_200_000_000;
const DAY = 86_400_000_000;
const ROOM = 1_000_000;

const response = (id: string, changes: Partial<StoredResponse> = {}): StoredResponse => ({
  id,
  owner: "1",
  previousId: null,
  createdAtUs: NOW,
  expiresAtUs: NOW + 30 * DAY,
  model: "claude-sonnet-4-5",
  provider: "anthropic",
  input: JSON.stringify([{ role: "user", content: `asked ${id}` }]),
  response: JSON.stringify({ id, output: [] }),
  ...changes,
});

const ids = (chain: unknown): unknown => (Array.isArray(chain) ? chain.map((link: { id: string }) => link.id) : chain);

describeOnBothDatabases("stored responses", (database) => {
  const open = async () => createResponseRepository(await database.open());

  it("come back as they were stored, with every character", async () => {
    const responses = await open();
    const odd = JSON.stringify([{ text: "\0 \ud800 \u2028 🙂 '\"\\" }]);
    await responses.insert(response("resp_a", { input: odd, previousId: "resp_0" }));
    expect(await responses.find("resp_a", "1", NOW)).toEqual(response("resp_a", { input: odd, previousId: "resp_0" }));
  });

  it("are there for their owner, and until they expire", async () => {
    const responses = await open();
    await responses.insert(response("resp_a"));
    expect(await responses.find("resp_a", "2", NOW)).toBeNull();
    expect(await responses.find("resp_a", "1", NOW + 30 * DAY)).toBeNull();
    expect(await responses.find("resp_b", "1", NOW)).toBeNull();
    expect(await responses.chain("resp_a", "2", NOW, ROOM)).toBe("missing");
    expect(await responses.delete("resp_a", "2")).toBe(false);
    expect(await responses.delete("resp_a", "1")).toBe(true);
    expect(await responses.delete("resp_a", "1")).toBe(false);
    expect(await responses.find("resp_a", "1", NOW)).toBeNull();
  });

  it("form chains, oldest first, that fork", async () => {
    const responses = await open();
    // More links than one statement reads.
    for (let n = 0; n < 450; n++) {
      await responses.insert(response(`resp_${n}`, { previousId: n === 0 ? null : `resp_${n - 1}` }));
    }
    await responses.insert(response("fork", { previousId: "resp_1" }));
    const whole = await responses.chain("resp_449", "1", NOW, ROOM);
    expect(ids(whole)).toEqual(Array.from({ length: 450 }, (_, n) => `resp_${n}`));
    expect(whole).toContainEqual({
      id: "resp_7",
      input: response("resp_7").input,
      response: response("resp_7").response,
    });
    expect(ids(await responses.chain("fork", "1", NOW, ROOM))).toEqual(["resp_0", "resp_1", "fork"]);
  });

  it("are no chain when a link is missing or somebody else's, or when it is too large", async () => {
    const responses = await open();
    await responses.insert(response("resp_a"));
    await responses.insert(response("resp_b", { previousId: "resp_a" }));
    await responses.insert(response("resp_c", { previousId: "resp_b", owner: "2" }));
    expect(await responses.chain("resp_c", "2", NOW, ROOM)).toBe("missing");
    const size = (await responses.chain("resp_b", "1", NOW, ROOM)) as { input: string; response: string }[];
    const chars = size.reduce((sum, link) => sum + link.input.length + link.response.length, 0);
    expect(ids(await responses.chain("resp_b", "1", NOW, chars))).toEqual(["resp_a", "resp_b"]);
    expect(await responses.chain("resp_b", "1", NOW, chars - 1)).toBe("too-large");
    await responses.delete("resp_a", "1");
    expect(await responses.chain("resp_b", "1", NOW, ROOM)).toBe("missing");
  });

  it("are dropped after they expired, but not while a living one goes back to them", async () => {
    const responses = await open();
    const old = { expiresAtUs: NOW - 1 };
    await responses.insert(response("old", old));
    await responses.insert(response("older", old));
    await responses.insert(response("root", old));
    await responses.insert(response("middle", { ...old, previousId: "root" }));
    await responses.insert(response("leaf", { previousId: "middle" }));
    expect(await responses.deleteExpired(NOW, 1)).toBe(1);
    expect(await responses.deleteExpired(NOW, 100)).toBe(1);
    expect(await responses.deleteExpired(NOW, 100)).toBe(0);
    expect(ids(await responses.chain("leaf", "1", NOW, ROOM))).toEqual(["root", "middle", "leaf"]);
    expect(await responses.deleteExpired(NOW + 30 * DAY, 100)).toBe(3);
  });
});
