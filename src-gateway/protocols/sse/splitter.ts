/** Cuts the bytes of a server-sent event stream into frames, without copying what it can leave in place. */
export interface SseFrame {
  /** The frame's own bytes, its closing blank line included. */
  raw: Buffer;
  /** The `event:` field; null when there is none. */
  event: string | null;
  /** The `data:` lines joined by LF; null for a comment or a blank keep-alive. */
  data: Buffer | null;
}

export interface FrameSplitter {
  push(chunk: Buffer): SseFrame[];
  /** The connection ended: a last frame whose blank line never came, if it has data. */
  finish(): SseFrame[];
  /** Bytes that belong to no frame yet. All frames' `raw` and this, joined, are the input. */
  rest(): Buffer;
}

const LF = 0x0a;
const CR = 0x0d;
const NOTHING = Buffer.alloc(0);
const DATA = Buffer.from("data");
const EVENT = Buffer.from("event");
const LINE_FEED = Buffer.from("\n");

export function createSseSplitter(options: { maxFrameBytes?: number } = {}): FrameSplitter {
  const maxFrameBytes = options.maxFrameBytes ?? 64 * 1024 * 1024;
  let pending: Buffer = NOTHING;
  // Offsets in `pending`: where its last line begins, and from where on a line end has not been looked for yet.
  let lineStart = 0;
  let searchFrom = 0;
  let isFirst = true;

  const cut = (bytes: Buffer, isLast: boolean): SseFrame[] => {
    const frames: SseFrame[] = [];
    // Hardly any provider sends one, and then each line has to be looked through for it.
    const holdsCr = bytes.includes(CR);
    let start = 0;
    for (;;) {
      const end = nextLineEnd(bytes, searchFrom, holdsCr);
      const next = end < 0 ? -1 : behindLineEnd(bytes, end, isLast);
      if (next < 0) {
        searchFrom = end < 0 ? bytes.length : end;
        break;
      }
      if (end === lineStart) {
        // An empty line closes the frame.
        frames.push(parseFrame(bytes.subarray(start, next), isFirst, holdsCr));
        isFirst = false;
        start = next;
      }
      lineStart = next;
      searchFrom = next;
    }
    pending = bytes.subarray(start);
    lineStart -= start;
    searchFrom -= start;
    return frames;
  };

  return {
    push(chunk) {
      const bytes = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      const frames = cut(bytes, false);
      if (pending.length > maxFrameBytes)
        throw new RangeError(`A frame of the stream is larger than ${maxFrameBytes} bytes.`);
      return frames;
    },
    finish() {
      const frames = cut(pending, true);
      if (pending.length === 0) return frames;
      const last = parseFrame(pending, isFirst, true);
      if (last.data === null) return frames;
      pending = NOTHING;
      lineStart = 0;
      searchFrom = 0;
      return [...frames, last];
    },
    rest: () => pending,
  };
}

function nextLineEnd(bytes: Buffer, from: number, holdsCr: boolean): number {
  const lf = bytes.indexOf(LF, from);
  if (!holdsCr) return lf;
  // A lone CR is rare; look for one only in front of the next LF.
  const cr = bytes.subarray(from, lf < 0 ? bytes.length : lf).indexOf(CR);
  return cr >= 0 ? from + cr : lf;
}

/** A CR at the very end of the bytes may still be joined by its LF: -1, decided when more has come. */
function behindLineEnd(bytes: Buffer, eol: number, isLast: boolean): number {
  if (bytes[eol] === LF) return eol + 1;
  if (eol + 1 >= bytes.length) return isLast ? eol + 1 : -1;
  return bytes[eol + 1] === LF ? eol + 2 : eol + 1;
}

function parseFrame(raw: Buffer, mayHaveMark: boolean, holdsCr: boolean): SseFrame {
  const only = holdsCr ? null : onlyData(raw);
  if (only) return { raw, event: null, data: only };
  let event: string | null = null;
  const data: Buffer[] = [];
  let at = mayHaveMark && raw[0] === 0xef && raw[1] === 0xbb && raw[2] === 0xbf ? 3 : 0;
  while (at < raw.length) {
    const found = nextLineEnd(raw, at, holdsCr);
    const end = found < 0 ? raw.length : found;
    const value = fieldValue(raw, at, end, DATA);
    if (value) data.push(value);
    else {
      const name = fieldValue(raw, at, end, EVENT);
      if (name) event = name.toString();
    }
    at = found < 0 ? end : behindLineEnd(raw, end, true);
  }
  if (data.length === 0) return { raw, event, data: null };
  if (data.length === 1) return { raw, event, data: data[0] ?? null };
  return { raw, event, data: Buffer.concat(data.flatMap((line, n) => (n === 0 ? [line] : [LINE_FEED, line]))) };
}

/** Most frames are one line `data: …` and the blank one; null for any other. */
function onlyData(raw: Buffer): Buffer | null {
  const isData =
    raw[0] === 0x64 && raw[1] === 0x61 && raw[2] === 0x74 && raw[3] === 0x61 && raw[4] === 0x3a && raw[5] === 0x20;
  const end = raw.length - 2;
  return isData && end > 6 && raw.indexOf(LF) === end ? raw.subarray(6, end) : null;
}

/** The value of the line [start, end) if its field is `name`; one space behind the colon belongs to the syntax. */
function fieldValue(raw: Buffer, start: number, end: number, name: Buffer): Buffer | null {
  const colon = start + name.length;
  if (colon > end || raw.compare(name, 0, name.length, start, colon) !== 0) return null;
  if (colon === end) return NOTHING;
  if (raw[colon] !== 0x3a) return null;
  return raw.subarray(raw[colon + 1] === 0x20 && colon + 1 < end ? colon + 2 : colon + 1, end);
}
