/** The way back: checks the head, opens the seal, and hands out the parts one by one. */
import { createHash, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { GatewayError } from "../ir/errors.ts";
import { ByteReader, damaged } from "./byte-reader.ts";
import { partSchema } from "./part-schema.ts";
import { keyOf, openChunks } from "./sealed-chunks.ts";
import type { LedgerPart, TransferAbout, TransferPart } from "./types.ts";
import { FIRST_LINE } from "./write-package.ts";

const MAX_HEAD = 4_096;
const MAX_LINE = 256 * 1024 * 1024;

const headSchema = z.object({
  createdAt: z.string().max(40),
  gateway: z.string().max(40),
  key: z
    .object({
      name: z.literal("scrypt"),
      n: z.number(),
      r: z.number(),
      p: z.number(),
      salt: z.string().max(100),
      check: z.string().max(64),
    })
    .nullable(),
});

export interface OpenPackage {
  about: TransferAbout;
  /** What a ledger holds has to be read before the next part is asked for. Ends only when the file was whole. */
  parts: () => AsyncGenerator<TransferPart | LedgerPart>;
}

/** @throws GatewayError invalid_request: no such file, damaged, a passphrase that is missing or wrong. */
export async function openPackage(source: AsyncIterable<Buffer>, passphrase: string | null): Promise<OpenPackage> {
  const reader = new ByteReader(source);
  const first = (await reader.line(MAX_HEAD).catch(() => Buffer.alloc(0))).toString("latin1");
  if (first !== FIRST_LINE) {
    const isLater = /^tokligence-export \d+$/.test(first);
    throw new GatewayError(
      "invalid_request",
      isLater
        ? "The file was written by a later version of the gateway. Update this one first."
        : "This is no file that `gateway export` has written.",
    );
  }
  const text = await reader.line(MAX_HEAD);
  const sum = await reader.line(MAX_HEAD);
  const start = Buffer.concat([Buffer.from(`${first}\n`), text, Buffer.from("\n")]);
  if (createHash("sha256").update(start).digest("hex") !== sum.toString("latin1")) throw damaged();
  const { key, createdAt, gateway } = headSchema.parse(JSON.parse(text.toString("utf8")));
  const about = { createdAt, gateway, isSealed: key !== null };
  if (key === null) return { about, parts: () => partsIn(reader) };
  if (passphrase === null || passphrase === "")
    throw new GatewayError("invalid_request", "The file is sealed. Give the passphrase it was sealed with.", {
      param: "passphrase",
    });
  const found = await keyOf(passphrase, key);
  if (!isSame(found.check, key.check))
    throw new GatewayError("invalid_request", "This is not the passphrase that the file was sealed with.", {
      param: "passphrase",
    });
  const head = Buffer.concat([start, sum, Buffer.from("\n")]);
  return { about, parts: () => partsIn(new ByteReader(openChunks(reader, found, head))) };
}

const isSame = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

async function* partsIn(reader: ByteReader): AsyncGenerator<TransferPart | LedgerPart> {
  const sum = createHash("sha256");
  for (;;) {
    const line = await reader.line(MAX_LINE);
    const value = parse(line);
    if (value.part === "end") {
      if (value.sha256 !== sum.digest("hex") || !(await reader.isAtEnd())) throw damaged();
      return;
    }
    sum.update(line).update("\n");
    if (value.part !== "ledger") {
      yield value;
      continue;
    }
    let left = value.bytes;
    const content = async function* (): AsyncGenerator<Buffer> {
      for await (const piece of reader.counted(left)) {
        sum.update(piece);
        left -= piece.length;
        yield piece;
      }
    };
    yield { part: "ledger", bytes: value.bytes, content: content() };
    // Nobody wanted it; it still has to be whole.
    const rest = content();
    while ((await rest.next()).done !== true);
  }
}

function parse(line: Buffer): z.infer<typeof partSchema> {
  try {
    return partSchema.parse(JSON.parse(line.toString("utf8")));
  } catch {
    throw damaged();
  }
}
