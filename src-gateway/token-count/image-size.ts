/** Reads how large a picture is from its first bytes: PNG, JPEG, GIF and WebP. */

export interface ImageSize {
  width: number;
  height: number;
}

/** Previews, colour profiles and notes of a camera can stand before the size of a JPEG. */
const JPEG_HEAD_BYTES = 256 * 1024;
const HEAD_BYTES = 48;

/** @param data base64. @returns null when it is none of these, or broken. Never throws. */
export function readImageSize(data: string): ImageSize | null {
  const head = decode(data, HEAD_BYTES);
  if (head.length < 12) return null;
  const size = readPng(head) ?? readGif(head) ?? readWebp(head) ?? (isJpeg(head) ? readJpeg(data) : null);
  return size !== null && size.width > 0 && size.height > 0 ? size : null;
}

function decode(data: string, bytes: number): Buffer {
  return Buffer.from(data.slice(0, Math.ceil(bytes / 3) * 4), "base64");
}

function readPng(head: Buffer): ImageSize | null {
  if (head.length < 24 || head.readUInt32BE(0) !== 0x89504e47) return null;
  return { width: head.readUInt32BE(16), height: head.readUInt32BE(20) };
}

function readGif(head: Buffer): ImageSize | null {
  if (head.toString("latin1", 0, 4) !== "GIF8") return null;
  return { width: head.readUInt16LE(6), height: head.readUInt16LE(8) };
}

function readWebp(head: Buffer): ImageSize | null {
  if (head.length < 30 || head.toString("latin1", 0, 4) !== "RIFF" || head.toString("latin1", 8, 12) !== "WEBP") {
    return null;
  }
  switch (head.toString("latin1", 12, 16)) {
    case "VP8 ":
      return { width: head.readUInt16LE(26) & 0x3fff, height: head.readUInt16LE(28) & 0x3fff };
    case "VP8L": {
      const bits = head.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case "VP8X":
      return { width: head.readUIntLE(24, 3) + 1, height: head.readUIntLE(27, 3) + 1 };
    default:
      return null;
  }
}

function isJpeg(head: Buffer): boolean {
  return head.readUInt16BE(0) === 0xffd8;
}

/** Goes from segment to segment up to the one that opens the frame. */
function readJpeg(data: string): ImageSize | null {
  const bytes = decode(data, JPEG_HEAD_BYTES);
  let at = 2;
  while (at + 9 <= bytes.length) {
    if (bytes[at] !== 0xff) return null;
    const marker = bytes[at + 1] ?? 0;
    // A marker may be preceded by any number of fill bytes.
    if (marker === 0xff) at += 1;
    else if (opensFrame(marker)) return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    else at += 2 + bytes.readUInt16BE(at + 2);
  }
  return null;
}

/** 0xc0 to 0xcf, without the three that carry tables. */
function opensFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}
