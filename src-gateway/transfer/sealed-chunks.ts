/**
 * Bytes of any length under one key: pieces of 64 KiB, each sealed with AES-256-GCM under its number, the last one marked, so
 * that nothing can be changed, left out, moved or cut off. The head of the file is part of every seal.
 */
import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes, scrypt } from "node:crypto";
import { GatewayError } from "../ir/errors.ts";
import { type ByteReader, damaged } from "./byte-reader.ts";

export const MIN_PASSPHRASE = 12;

/** How a key is made of a passphrase; stands in the clear in the head of the file. */
export interface KeyRecipe {
  name: "scrypt";
  /** Power of two. */
  n: number;
  r: number;
  p: number;
  /** Base64. */
  salt: string;
}

export interface FileKey {
  cipher: Buffer;
  /** Tells a wrong passphrase from a damaged file, and nothing else. */
  check: string;
}

const PIECE_BYTES = 64 * 1024;
const TAG_BYTES = 16;
const STANDARD = { name: "scrypt", n: 2 ** 17, r: 8, p: 1 } as const;
/** A file from elsewhere must not take all memory. */
const MAX_N = 2 ** 20;

export const newRecipe = (): KeyRecipe => ({ ...STANDARD, salt: randomBytes(16).toString("base64") });

/** @throws GatewayError invalid_request for a recipe that nobody here would have written. */
export async function keyOf(passphrase: string, { name, n, r, p, salt }: KeyRecipe): Promise<FileKey> {
  const isSound =
    name === "scrypt" && Number.isInteger(Math.log2(n)) && n >= 2 ** 14 && n <= MAX_N && r === 8 && p === 1;
  if (!isSound)
    throw new GatewayError("invalid_request", "The file was sealed in a way that this version does not know.");
  const bytes = await new Promise<Buffer>((resolve, reject) => {
    // Typed on another keyboard, the same letters may come as other code points.
    const options = { N: n, r, p, maxmem: 256 * n * r };
    scrypt(passphrase.normalize("NFKC"), Buffer.from(salt, "base64"), 64, options, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
  const check = createHmac("sha256", bytes.subarray(32)).update("check").digest("hex").slice(0, 16);
  return { cipher: bytes.subarray(0, 32), check };
}

export async function* sealChunks(plain: AsyncIterable<Buffer>, key: FileKey, head: Buffer): AsyncGenerator<Buffer> {
  let kept: Buffer[] = [];
  let length = 0;
  let number = 0;
  for await (const chunk of plain) {
    kept.push(chunk);
    length += chunk.length;
    // One piece is held back: the last one is marked, and nobody knows yet which that is.
    if (length <= PIECE_BYTES) continue;
    let all = Buffer.concat(kept);
    for (; all.length > PIECE_BYTES; all = all.subarray(PIECE_BYTES))
      yield sealPiece(all.subarray(0, PIECE_BYTES), key, head, number++, false);
    kept = [all];
    length = all.length;
  }
  yield sealPiece(Buffer.concat(kept), key, head, number, true);
}

/** @throws GatewayError invalid_request for a byte that is missing or not as it was. */
export async function* openChunks(sealed: ByteReader, key: FileKey, head: Buffer): AsyncGenerator<Buffer> {
  for (let number = 0; ; number++) {
    const piece = await sealed.upTo(PIECE_BYTES + TAG_BYTES);
    const isLast = await sealed.isAtEnd();
    if (piece.length < TAG_BYTES) throw damaged();
    const decipher = createDecipheriv("aes-256-gcm", key.cipher, nonceOf(number, isLast))
      .setAAD(digest(head))
      .setAuthTag(piece.subarray(-TAG_BYTES));
    try {
      yield Buffer.concat([decipher.update(piece.subarray(0, -TAG_BYTES)), decipher.final()]);
    } catch {
      throw damaged();
    }
    if (isLast) return;
  }
}

function sealPiece(piece: Buffer, key: FileKey, head: Buffer, number: number, isLast: boolean): Buffer {
  const cipher = createCipheriv("aes-256-gcm", key.cipher, nonceOf(number, isLast)).setAAD(digest(head));
  return Buffer.concat([cipher.update(piece), cipher.final(), cipher.getAuthTag()]);
}

/** The key is new with each file, so a number is enough. */
function nonceOf(number: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(number, 5, 6);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

const digest = (bytes: Buffer): Buffer => createHash("sha256").update(bytes).digest();
