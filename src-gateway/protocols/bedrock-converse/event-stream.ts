/**
 * Cuts the binary event stream of AWS into frames. A frame is: its length, the length of its headers and a CRC-32 of the
 * two (4 bytes each, big-endian); headers; payload; and a CRC-32 of all of it.
 *
 * A frame's `event` is its `:event-type`, or `exception:<name>` for one that ends the stream; `data` is the payload.
 */
import { GatewayError } from "../../ir/errors.ts";
import type { FrameSplitter, SseFrame } from "../sse/splitter.ts";

const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;
const NOTHING = Buffer.alloc(0);

/** @throws GatewayError provider_cut from `push` and `finish`, for a frame that is damaged, too large or not complete. */
export function createEventStreamSplitter(options: { maxFrameBytes?: number } = {}): FrameSplitter {
  const maxFrameBytes = options.maxFrameBytes ?? 64 * 1024 * 1024;
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  // How many bytes the next look at them is worth: first a prelude, then the whole frame.
  let wantedBytes = PRELUDE_BYTES;
  let damage: GatewayError | null = null;

  const cut = (bytes: Buffer, frames: SseFrame[]): Buffer => {
    let rest = bytes;
    for (;;) {
      wantedBytes = PRELUDE_BYTES;
      if (rest.length < PRELUDE_BYTES) return rest;
      wantedBytes = frameLength(rest, maxFrameBytes);
      if (rest.length < wantedBytes) return rest;
      frames.push(readFrame(rest.subarray(0, wantedBytes)));
      rest = rest.subarray(wantedBytes);
    }
  };

  return {
    push(chunk) {
      if (damage) throw damage;
      pending.push(chunk);
      pendingBytes += chunk.length;
      if (pendingBytes < wantedBytes) return [];
      const frames: SseFrame[] = [];
      try {
        const rest = cut(joined(pending), frames);
        pending = rest.length === 0 ? [] : [rest];
        pendingBytes = rest.length;
      } catch (error) {
        damage = error as GatewayError;
        // What came whole in front of the damage still counts; the error is thrown the next time.
        if (frames.length === 0) throw damage;
        const done = frames.reduce((sum, frame) => sum + frame.raw.length, 0);
        pending = [joined(pending).subarray(done)];
      }
      return frames;
    },
    finish() {
      if (damage) throw damage;
      if (pendingBytes > 0) throw broken("ended in the middle of a frame");
      return [];
    },
    rest: () => joined(pending),
  };
}

function joined(chunks: Buffer[]): Buffer {
  return chunks.length === 1 ? (chunks[0] ?? NOTHING) : Buffer.concat(chunks);
}

function frameLength(bytes: Buffer, maxFrameBytes: number): number {
  // Checked before the length is believed: a damaged one would have the gateway wait for bytes that never come.
  if (crc32(bytes.subarray(0, 8)) !== bytes.readUInt32BE(8)) throw broken("has a frame with a damaged beginning");
  const total = bytes.readUInt32BE(0);
  if (total > maxFrameBytes) throw broken(`has a frame of more than ${maxFrameBytes} bytes`);
  if (total < PRELUDE_BYTES + bytes.readUInt32BE(4) + CHECKSUM_BYTES) throw broken("has a frame of impossible length");
  return total;
}

function readFrame(raw: Buffer): SseFrame {
  const end = raw.length - CHECKSUM_BYTES;
  if (crc32(raw.subarray(0, end)) !== raw.readUInt32BE(end)) throw broken("has a damaged frame");
  const payloadAt = PRELUDE_BYTES + raw.readUInt32BE(4);
  const headers = readHeaders(raw.subarray(PRELUDE_BYTES, payloadAt));
  const payload = raw.subarray(payloadAt, end);
  const data = payload.length === 0 ? null : payload;
  switch (headers.get(":message-type")) {
    case "exception":
      return { raw, event: `exception:${headers.get(":exception-type") ?? "unknown"}`, data };
    case "error": {
      // This kind has no payload: its words stand in the headers.
      const said = { message: headers.get(":error-message") ?? "" };
      return {
        raw,
        event: `exception:${headers.get(":error-code") ?? "unknown"}`,
        data: Buffer.from(JSON.stringify(said)),
      };
    }
    default:
      return { raw, event: headers.get(":event-type") ?? null, data };
  }
}

/** Bytes of a header's value by its type; those of -1 begin with their own length. */
const VALUE_BYTES: readonly number[] = [0, 0, 1, 2, 4, 8, -1, -1, 8, 16];
const STRING = 7;

function readHeaders(bytes: Buffer): Map<string, string> {
  const headers = new Map<string, string>();
  let at = 0;
  const advance = (count: number): number => {
    const from = at;
    at += count;
    if (at > bytes.length) throw broken("has a frame with damaged headers");
    return from;
  };
  while (at < bytes.length) {
    const nameBytes = bytes.readUInt8(advance(1));
    const name = bytes.toString("utf8", advance(nameBytes), at);
    const type = bytes.readUInt8(advance(1));
    const fixed = VALUE_BYTES[type];
    if (fixed === undefined) throw broken("has a frame with an unknown kind of header");
    const valueBytes = fixed < 0 ? bytes.readUInt16BE(advance(2)) : fixed;
    const from = advance(valueBytes);
    if (type === STRING) headers.set(name, bytes.toString("utf8", from, at));
  }
  return headers;
}

const broken = (what: string): GatewayError =>
  new GatewayError(
    "provider_cut",
    `The provider's stream ${what}, so the answer is not complete. Send the request again.`,
  );

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}
