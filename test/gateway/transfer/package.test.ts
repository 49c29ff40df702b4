import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openPackage } from "../../../src-gateway/transfer/read-package.ts";
import type { LedgerPart, TransferPart } from "../../../src-gateway/transfer/types.ts";
import { writePackage } from "../../../src-gateway/transfer/write-package.ts";

const PASSPHRASE = "correct horse battery";
const about = { createdAt: "2026-11-21T00:00:00.000Z", gateway: "1.0.0" };
const PARTS: TransferPart[] = [
  { part: "configuration", text: "providers: []\n" },
  { part: "secret", name: "openai", value: "sk-planted-0123456789abcdef" },
  { part: "note", text: "ö\n中" },
];

async function* all<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}

async function pack(parts: readonly (TransferPart | LedgerPart)[], passphrase: string | null): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of writePackage(all(parts), { ...about, passphrase })) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function unpack(bytes: Buffer, passphrase: string | null, pieceBytes = 10_000): Promise<unknown[]> {
  const pieces = async function* (): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  };
  const { parts } = await openPackage(pieces(), passphrase);
  const found: unknown[] = [];
  for await (const part of parts()) {
    if (part.part !== "ledger") found.push(part);
    else
      found.push({
        ...part,
        content: Buffer.concat(
          await part.content[Symbol.asyncIterator]()
            .next()
            .then(async ({ value }) => {
              const rest: Buffer[] = value ? [value] : [];
              for await (const piece of part.content) rest.push(piece);
              return rest;
            }),
        ),
      });
  }
  return found;
}

const sealed = await pack(PARTS, PASSPHRASE);
const open = await pack(PARTS.slice(0, 1), null);

describe("the file for another computer", () => {
  it("gives back what went in, and shows nothing of it to those without the passphrase", async () => {
    expect(await unpack(sealed, PASSPHRASE)).toEqual(PARTS);
    expect(await unpack(sealed, PASSPHRASE, 7)).toEqual(PARTS);
    expect(sealed.includes("planted")).toBe(false);
    expect(sealed.includes("providers")).toBe(false);
    expect(await unpack(open, null)).toEqual(PARTS.slice(0, 1));
    // The same passphrase gives another file each time.
    expect((await pack(PARTS, PASSPHRASE)).equals(sealed)).toBe(false);
  });

  it("carries databases of many pieces as they are, also when nobody wants them", async () => {
    const content = randomBytes(1_000_003);
    const ledger = (): LedgerPart => ({
      part: "ledger",
      bytes: content.length,
      content: Readable.from([content.subarray(0, 700_000), content.subarray(700_000)]),
    });
    const bytes = await pack([...PARTS, ledger(), ...PARTS], PASSPHRASE);
    expect(await unpack(bytes, PASSPHRASE, 33_333)).toEqual([
      ...PARTS,
      { part: "ledger", bytes: content.length, content },
      ...PARTS,
    ]);
    const { parts } = await openPackage(Readable.from([bytes]), PASSPHRASE);
    const kinds: string[] = [];
    for await (const { part } of parts()) kinds.push(part);
    expect(kinds).toEqual([...PARTS.map(({ part }) => part), "ledger", ...PARTS.map(({ part }) => part)]);
    const short = { ...ledger(), bytes: content.length + 1 };
    await expect(pack([short], PASSPHRASE)).rejects.toThrow(/not as long/);
  });

  it("says of a wrong passphrase that it is wrong, and of a damaged file that it is damaged", async () => {
    await expect(unpack(sealed, "correct horse batterz")).rejects.toThrow(/not the passphrase/);
    await expect(unpack(sealed, null)).rejects.toThrow(/is sealed/);
    await expect(unpack(Buffer.from("PK\u0003\u0004"), PASSPHRASE)).rejects.toThrow(/no file that/);
    await expect(unpack(Buffer.from("tokligence-export 2\n{}\n"), PASSPHRASE)).rejects.toThrow(/later version/);
    await expect(pack(PARTS, "too short")).rejects.toThrow(/12 characters/);
  });

  it("notices every changed byte and every missing end", async () => {
    const flips = fc.asyncProperty(fc.nat(open.length - 1), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
      const bytes = Buffer.from(open);
      bytes[at] = (bytes[at] ?? 0) ^ mask;
      await expect(unpack(bytes, null)).rejects.toMatchObject({ code: "invalid_request" });
    });
    await fc.assert(flips, { numRuns: 200 });
    for (let at = 0; at < open.length; at += 7)
      await expect(unpack(open.subarray(0, at), null)).rejects.toMatchObject({ code: "invalid_request" });
    const { length } = sealed;
    for (const at of [25, 60, length - 1, length - 17, length - 100]) {
      const bytes = Buffer.from(sealed);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      await expect(unpack(bytes, PASSPHRASE)).rejects.toThrow(/damaged/);
    }
    for (const end of [length - 1, length - 16, length - 40])
      await expect(unpack(sealed.subarray(0, end), PASSPHRASE)).rejects.toThrow(/damaged/);
    await expect(unpack(Buffer.concat([sealed, Buffer.from("x")]), PASSPHRASE)).rejects.toThrow(/damaged/);
  });

  it("leaves out no whole piece, and takes none of another file", async () => {
    const PIECE = 64 * 1024 + 16;
    const big = (name: string): TransferPart[] => [{ part: "configuration", text: name.repeat(200_000) }];
    const one = await pack(big("a"), PASSPHRASE);
    const head = one.indexOf(10, one.indexOf(10, one.indexOf(10) + 1) + 1) + 1;
    const cut = Buffer.concat([one.subarray(0, head + PIECE), one.subarray(head + 2 * PIECE)]);
    await expect(unpack(cut, PASSPHRASE)).rejects.toThrow(/damaged/);
    await expect(unpack(one.subarray(0, head + 2 * PIECE), PASSPHRASE)).rejects.toThrow(/damaged/);
    const two = await pack(big("b"), PASSPHRASE);
    const mixed = Buffer.concat([one.subarray(0, head), two.subarray(head)]);
    await expect(unpack(mixed, PASSPHRASE)).rejects.toThrow(/damaged/);
  });

  it("does not use all memory because a file says so", async () => {
    const [first = "", head = ""] = sealed.toString("latin1").split("\n");
    const greedy = head.replace(/"n":\d+/, '"n":1073741824');
    const { createHash } = await import("node:crypto");
    const start = `${first}\n${greedy}\n`;
    const bytes = Buffer.from(`${start}${createHash("sha256").update(start).digest("hex")}\nrest`);
    await expect(unpack(bytes, PASSPHRASE)).rejects.toThrow(/does not know/);
  });
});
