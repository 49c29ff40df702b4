/** One file with everything: a head that can be read, and lines of JSON that are sealed where there is a passphrase. */
import { createHash } from "node:crypto";
import { GatewayError } from "../ir/errors.ts";
import { type KeyRecipe, keyOf, MIN_PASSPHRASE, newRecipe, sealChunks } from "./sealed-chunks.ts";
import type { LedgerPart, TransferAbout, TransferPart } from "./types.ts";

export const FIRST_LINE = "tokligence-export 1";

export interface PackageHead {
  createdAt: string;
  gateway: string;
  /** Null: not sealed, and without secrets. */
  key: (KeyRecipe & { check: string }) | null;
}

/**
 * @param passphrase null writes it unsealed; the caller leaves secrets out then.
 * @throws GatewayError invalid_request for a passphrase that is too short.
 */
export async function* writePackage(
  parts: AsyncIterable<TransferPart | LedgerPart>,
  { passphrase, createdAt, gateway }: Pick<TransferAbout, "createdAt" | "gateway"> & { passphrase: string | null },
): AsyncGenerator<Buffer> {
  if (passphrase === null) {
    yield headOf({ createdAt, gateway, key: null });
    yield* contentOf(parts);
    return;
  }
  requireLong(passphrase);
  const recipe = newRecipe();
  const key = await keyOf(passphrase, recipe);
  const head = headOf({ createdAt, gateway, key: { ...recipe, check: key.check } });
  yield head;
  yield* sealChunks(contentOf(parts), key, head);
}

export function requireLong(passphrase: string): void {
  if (passphrase.length >= MIN_PASSPHRASE) return;
  throw new GatewayError(
    "invalid_request",
    `The passphrase is too short: whoever has the file can try as many as they like. Use ${MIN_PASSPHRASE} characters or more.`,
    { param: "passphrase" },
  );
}

function headOf(head: PackageHead): Buffer {
  const text = `${FIRST_LINE}\n${JSON.stringify(head)}\n`;
  return Buffer.from(`${text}${createHash("sha256").update(text).digest("hex")}\n`);
}

async function* contentOf(parts: AsyncIterable<TransferPart | LedgerPart>): AsyncGenerator<Buffer> {
  const sum = createHash("sha256");
  const summed = (bytes: Buffer): Buffer => {
    sum.update(bytes);
    return bytes;
  };
  for await (const part of parts) {
    if (part.part !== "ledger") {
      yield summed(Buffer.from(`${JSON.stringify(part)}\n`));
      continue;
    }
    yield summed(Buffer.from(`${JSON.stringify({ part: part.part, bytes: part.bytes })}\n`));
    let left = part.bytes;
    for await (const piece of part.content) {
      left -= piece.length;
      yield summed(piece);
    }
    if (left !== 0) throw new Error("The databases were not as long as they were said to be.");
  }
  yield Buffer.from(`${JSON.stringify({ part: "end", sha256: sum.digest("hex") })}\n`);
}
