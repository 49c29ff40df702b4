/** Reads a request's body into one buffer: bounded, decompressed, and without growing to more than its own size. */
import { isUtf8 } from "node:buffer";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { promisify } from "node:util";
import zlib from "node:zlib";
import { GatewayError } from "../ir/errors.ts";
import { giveBack } from "../lib/give-back.ts";
import type { Soon } from "../lib/soon.ts";
import { DeclaredBytes } from "./declared-bytes.ts";

/** Bytes of request bodies that the process holds at this moment, shared by all requests. */
export interface BodyBudget {
  heldBytes: number;
  maxBytes: number;
}

/** Thrown when the client went away in mid-body; nobody is left to be told. */
export class ClientGone extends Error {
  override readonly name = "ClientGone";
}

type Decompress = (data: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const gunzip = promisify(zlib.gunzip) as Decompress;
const brotli = promisify(zlib.brotliDecompress) as Decompress;
const zstd = promisify(zlib.zstdDecompress) as Decompress;
const inflate = promisify(zlib.inflate) as Decompress;
const inflateRaw = promisify(zlib.inflateRaw) as Decompress;

const DECOMPRESSORS: Readonly<Record<string, Decompress>> = {
  gzip: gunzip,
  "x-gzip": gunzip,
  br: brotli,
  zstd,
  // "deflate" means zlib by the standard and raw deflate by habit; a zlib stream is told by its first byte.
  deflate: (data, options) => (((data[0] ?? 0) & 0x0f) === 8 ? inflate(data, options) : inflateRaw(data, options)),
};

/** Room that is taken in the budget while a body is held; given back by `release`. */
export interface HeldBody {
  bytes: Buffer;
  /** Size as it came over the wire. */
  wireBytes: number;
  /** @param isOver the bytes are not read any more by anybody: their memory can go. */
  release(isOver?: boolean): void;
}

/** Takes room for so many bytes more. @throws GatewayError overloaded. */
export type Hold = (bytes: number) => void;

/** A body that is still to be read, whichever way it comes. */
export interface ArrivingBody {
  readonly headers: IncomingHttpHeaders;
  /** The bytes as they came over the wire. @throws what `readBody` throws, at once or later. */
  collect(maxBytes: number, hold: Hold): Soon<Buffer>;
}

/**
 * At once where all of it is there.
 * @throws GatewayError body_too_large, overloaded, unsupported_content_encoding, invalid_encoding, at once or later.
 * @throws ClientGone
 */
export function readBody(body: ArrivingBody, maxBytes: number, budget: BodyBudget): Soon<HeldBody> {
  const encoding = (body.headers["content-encoding"] ?? "identity").trim().toLowerCase();
  const decompress = encoding === "identity" || encoding === "" ? null : DECOMPRESSORS[encoding];
  if (decompress === undefined) {
    throw new GatewayError(
      "unsupported_content_encoding",
      `The body is encoded as "${encoding.slice(0, 60)}". Send it as zstd, gzip, br, deflate or without an encoding.`,
      { param: "content-encoding" },
    );
  }
  const room = new Room(budget);
  try {
    const raw = body.collect(maxBytes, (bytes) => room.hold(bytes));
    if (decompress === null && !(raw instanceof Promise)) return room.filledWith(raw, raw.length);
    return readLater(raw, room, decompress === null ? null : (bytes) => unpack(decompress, bytes, encoding, maxBytes));
  } catch (error) {
    room.release();
    throw error;
  }
}

async function readLater(
  collecting: Soon<Buffer>,
  room: Room,
  unpacked: ((bytes: Buffer) => Promise<Buffer>) | null,
): Promise<HeldBody> {
  try {
    const raw = await collecting;
    const bytes = unpacked ? await unpacked(raw) : raw;
    if (unpacked) room.hold(bytes.length);
    return room.filledWith(bytes, raw.length);
  } catch (error) {
    room.release();
    throw error;
  }
}

/** What one body takes of the budget. */
class Room {
  private readonly budget: BodyBudget;
  private heldBytes = 0;

  constructor(budget: BodyBudget) {
    this.budget = budget;
  }

  /** @throws GatewayError overloaded. */
  hold(bytes: number): void {
    if (this.budget.heldBytes + bytes > this.budget.maxBytes) {
      throw new GatewayError(
        "overloaded",
        "The gateway holds too many large requests at once. Try again in a moment.",
        { retryAfterMs: 1000 },
      );
    }
    this.heldBytes += bytes;
    this.budget.heldBytes += bytes;
  }

  release(): void {
    this.budget.heldBytes -= this.heldBytes;
    this.heldBytes = 0;
  }

  /** @throws GatewayError invalid_encoding. */
  filledWith(bytes: Buffer, wireBytes: number): HeldBody {
    if (!isUtf8(bytes)) {
      throw new GatewayError("invalid_encoding", "The body is not valid UTF-8. JSON must be sent as UTF-8.");
    }
    return {
      bytes,
      wireBytes,
      release: (isOver) => {
        this.release();
        if (isOver) giveBack(bytes);
      },
    };
  }
}

export const tooLarge = (maxBytes: number): GatewayError =>
  new GatewayError(
    "body_too_large",
    `The body is larger than ${maxBytes} bytes. Send less, or raise max_body_bytes in the gateway's settings.`,
  );

/** The body of a request that came over `node:http`. */
export function collectBody(request: IncomingMessage, maxBytes: number, hold: Hold): Promise<Buffer> {
  const header = request.headers["content-length"];
  const declared = header === undefined ? null : Number(header);
  if (declared !== null && declared > maxBytes) return Promise.reject(tooLarge(maxBytes));
  return new Promise((resolve, reject) => {
    const inPlace = declared === null ? null : new DeclaredBytes(declared, hold);
    const chunks: Buffer[] = [];
    let length = 0;
    let isOver = false;
    const onData = (chunk: Buffer): void => {
      if (isOver) return;
      try {
        if (length + chunk.length > maxBytes) throw tooLarge(maxBytes);
        if (inPlace) inPlace.push(chunk);
        else {
          hold(chunk.length);
          chunks.push(chunk);
        }
        length += chunk.length;
      } catch (error) {
        isOver = true;
        reject(error);
      }
    };
    const onEnd = (): void => {
      if (isOver) return;
      isOver = true;
      resolve(inPlace?.take() ?? Buffer.concat(chunks, length));
      // The request lives as long as its answer, and leads here.
      chunks.length = 0;
    };
    const onGone = (): void => {
      if (isOver) return;
      isOver = true;
      reject(new ClientGone("The client left while it sent its body."));
    };
    request.on("data", onData).on("end", onEnd).on("close", onGone).on("error", onGone);
  });
}

async function unpack(decompress: Decompress, raw: Buffer, encoding: string, maxBytes: number): Promise<Buffer> {
  try {
    return await decompress(raw, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(maxBytes);
    throw new GatewayError(
      "invalid_encoding",
      `The body says that it is encoded as ${encoding}, but it cannot be decoded.`,
      {
        cause: error,
      },
    );
  }
}
