/**
 * The body on its way to the provider. JSON is read whole, for its model; of a multipart body only the beginning is
 * looked at; everything else is handed through as it arrives.
 */
import { JsonScanError, type ScannedMember, type ScannedObject, scanJson } from "../../lib/json-scan.ts";
import type { RequestBody } from "../../protocols/types.ts";
import type { StreamedBody } from "../../upstream/types.ts";
import { findMultipartModel, multipartBoundary } from "./multipart-model.ts";
import type { BodySource, PassthroughInbound } from "./types.ts";

/** So much of a multipart body is held to look for its model. */
const LOOK_AHEAD_BYTES = 64 * 1024;

export interface OutgoingBody {
  readonly model: string | null;
  readonly stream: boolean;
  /** It can be sent a second time. */
  readonly repeatable: boolean;
  /** The body is still what the client encoded; JSON has been unpacked. */
  readonly isAsSent: boolean;
  /** Bytes that have come over the wire so far. */
  bytesIn(): number;
  /** Arriving bytes broke off because the client left. */
  broke(): boolean;
  /** The body, with another model's name where `model` differs from what the client wrote. */
  content(model: string | null): Buffer[] | StreamedBody | null;
  /** The members of a JSON object; null of everything else. */
  readonly json: RequestBody | null;
  release(): void;
}

/** Reads no more than it must. Throws what reading a body throws. */
export async function openBody(inbound: PassthroughInbound): Promise<OutgoingBody> {
  if (inbound.body === null) return EMPTY;
  const contentType = String(inbound.headers["content-type"] ?? "");
  if (isJsonType(contentType)) return heldBody(await inbound.readBody());
  const boundary = inbound.headers["content-encoding"] === undefined ? multipartBoundary(contentType) : null;
  return streamedBody(inbound.body, boundary);
}

const EMPTY: OutgoingBody = {
  model: null,
  stream: false,
  repeatable: true,
  isAsSent: true,
  bytesIn: () => 0,
  broke: () => false,
  content: () => null,
  json: null,
  release: () => {},
};

function isJsonType(contentType: string): boolean {
  const type = contentType.split(";")[0]?.trim().toLowerCase() ?? "";
  return type === "application/json" || (type.startsWith("application/") && type.endsWith("+json"));
}

function heldBody(held: { bytes: Buffer; wireBytes: number; release(): void }): OutgoingBody {
  const { bytes } = held;
  // What cannot be read is the provider's to refuse.
  const root = rootOf(bytes);
  const place = root?.members.get("model");
  const model = place ? textAt(bytes, place) : null;
  const flag = root?.members.get("stream");
  return {
    model,
    stream: flag !== undefined && bytes.toString("latin1", flag.start, flag.end) === "true",
    repeatable: true,
    isAsSent: false,
    bytesIn: () => held.wireBytes,
    broke: () => false,
    content: (name) => {
      if (!place || name === null || name === model) return [bytes];
      return [bytes.subarray(0, place.start), Buffer.from(JSON.stringify(name)), bytes.subarray(place.end)];
    },
    json: root ? { bytes, root } : null,
    release: () => held.release(),
  };
}

function rootOf(bytes: Buffer): ScannedObject | null {
  try {
    return scanJson(bytes);
  } catch (error) {
    if (error instanceof JsonScanError) return null;
    throw error;
  }
}

function textAt(bytes: Buffer, place: ScannedMember): string | null {
  if (place.kind !== "string") return null;
  return (JSON.parse(bytes.toString("utf8", place.start, place.end)) as string) || null;
}

async function streamedBody(source: BodySource, boundary: string | null): Promise<OutgoingBody> {
  let bytesIn = 0;
  let broke = false;
  let start: Buffer = Buffer.alloc(0);
  const read = async (): Promise<Buffer | null> => {
    try {
      const piece = await source.read();
      bytesIn += piece?.length ?? 0;
      return piece;
    } catch (error) {
      broke = true;
      throw error;
    }
  };
  if (boundary !== null) {
    const pieces: Buffer[] = [];
    for (let held = 0; held < LOOK_AHEAD_BYTES; ) {
      const piece = await read();
      if (piece === null) break;
      pieces.push(piece);
      held += piece.length;
    }
    start = Buffer.concat(pieces);
  }
  const field = boundary === null ? null : findMultipartModel(start.subarray(0, LOOK_AHEAD_BYTES), boundary);
  return {
    model: field?.text.trim() || null,
    stream: false,
    repeatable: false,
    isAsSent: true,
    bytesIn: () => bytesIn,
    broke: () => broke,
    content(name) {
      const renamed = field !== null && name !== null && name !== field.text.trim();
      const first = renamed
        ? Buffer.concat([start.subarray(0, field.start), Buffer.from(name), start.subarray(field.end)])
        : start;
      const length = source.length === null ? null : source.length + first.length - start.length;
      return { pieces: piecesOf(first, read), length };
    },
    json: null,
    release: () => source.stop(),
  };
}

async function* piecesOf(first: Buffer, read: () => Promise<Buffer | null>): AsyncGenerator<Buffer> {
  if (first.length > 0) yield first;
  for (let piece = await read(); piece !== null; piece = await read()) yield piece;
}
