/** Finds the `model` field in the beginning of a multipart body, and reads no more of it than that takes. Pure. */
export interface MultipartField {
  text: string;
  /** Offsets of the value: [start, end). */
  start: number;
  end: number;
}

const MAX_MODEL_BYTES = 512;
const BLANK_LINE = Buffer.from("\r\n\r\n");

/** The boundary of a content type; null when it is no multipart or has none. */
export function multipartBoundary(contentType: string): string | null {
  if (!/^\s*multipart\//i.test(contentType)) return null;
  const match = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType);
  return match?.[1] ?? match?.[2] ?? null;
}

/** @returns null when the field does not stand, whole, in these bytes. */
export function findMultipartModel(bytes: Buffer, boundary: string): MultipartField | null {
  const delimiter = Buffer.from(`--${boundary}`);
  const separator = Buffer.from(`\r\n--${boundary}`);
  let part = bytes.subarray(0, delimiter.length).equals(delimiter) ? 0 : behindBreak(bytes.indexOf(separator));
  while (part >= 0) {
    const headers = part + delimiter.length;
    // Two hyphens behind the delimiter end the body.
    if (bytes[headers] === 0x2d && bytes[headers + 1] === 0x2d) return null;
    const headersEnd = bytes.indexOf(BLANK_LINE, headers);
    if (headersEnd < 0) return null;
    const start = headersEnd + BLANK_LINE.length;
    const end = bytes.indexOf(separator, start);
    if (end < 0) return null;
    if (isModel(bytes.toString("utf8", headers, headersEnd))) {
      if (end <= start || end - start > MAX_MODEL_BYTES) return null;
      return { text: bytes.toString("utf8", start, end), start, end };
    }
    part = behindBreak(end);
  }
  return null;
}

const behindBreak = (at: number): number => (at < 0 ? -1 : at + 2);

function isModel(headers: string): boolean {
  const disposition = /^content-disposition:(.*)$/im.exec(headers)?.[1] ?? "";
  const name = /;\s*name=(?:"([^"]*)"|([^\s;]+))/i.exec(disposition);
  return (name?.[1] ?? name?.[2]) === "model" && !/;\s*filename\*?=/i.test(disposition);
}
