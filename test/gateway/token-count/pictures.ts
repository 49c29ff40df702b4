/** The first bytes of pictures, made by hand. */

export function PNG(width: number, height: number): Buffer {
  const bytes = Buffer.alloc(33);
  bytes.write("\x89PNG\r\n\x1a\n", 0, "latin1");
  bytes.writeUInt32BE(13, 8);
  bytes.write("IHDR", 12, "latin1");
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes;
}

export function GIF(width: number, height: number): Buffer {
  const bytes = Buffer.alloc(13);
  bytes.write("GIF89a", 0, "latin1");
  bytes.writeUInt16LE(width, 6);
  bytes.writeUInt16LE(height, 8);
  return bytes;
}

interface JpegShape {
  /** 0xc0 is a baseline frame, 0xc2 a progressive one. */
  marker?: number;
  /** Bytes of a segment before the frame. */
  notesBytes?: number;
}

export function JPEG(width: number, height: number, { marker = 0xc0, notesBytes = 14 }: JpegShape = {}): Buffer {
  const notes = Buffer.alloc(4 + notesBytes);
  notes.writeUInt16BE(0xffe1, 0);
  notes.writeUInt16BE(2 + notesBytes, 2);
  const table = Buffer.from([0xff, 0xff, 0xc4, 0x00, 0x04, 0x00, 0x00]);
  const frame = Buffer.alloc(19);
  frame[0] = 0xff;
  frame[1] = marker;
  frame.writeUInt16BE(17, 2);
  frame[4] = 8;
  frame.writeUInt16BE(height, 5);
  frame.writeUInt16BE(width, 7);
  return Buffer.concat([Buffer.from([0xff, 0xd8]), notes, table, frame]);
}

export function WEBP(kind: string, width: number, height: number): Buffer {
  const bytes = Buffer.alloc(30);
  bytes.write("RIFF", 0, "latin1");
  bytes.write("WEBP", 8, "latin1");
  bytes.write(kind, 12, "latin1");
  if (kind === "VP8 ") {
    bytes.writeUInt16LE(width, 26);
    bytes.writeUInt16LE(height, 28);
  } else if (kind === "VP8L") {
    bytes[20] = 0x2f;
    bytes.writeUInt32LE((width - 1) | ((height - 1) << 14), 21);
  } else {
    bytes.writeUIntLE(width - 1, 24, 3);
    bytes.writeUIntLE(height - 1, 27, 3);
  }
  return bytes;
}
