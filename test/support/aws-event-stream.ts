/** Writes frames of AWS's binary event stream, with a checksum other than the gateway's own. */
import { crc32 } from "node:zlib";

export type HeaderValue = string | boolean | number | Buffer | Date;

/** An event of Bedrock: its type and its JSON payload. */
export const eventFrame = (type: string, payload: unknown): Buffer =>
  frame(
    { ":event-type": type, ":content-type": "application/json", ":message-type": "event" },
    Buffer.from(JSON.stringify(payload)),
  );

export const exceptionFrame = (type: string, payload: unknown): Buffer =>
  frame(
    { ":exception-type": type, ":content-type": "application/json", ":message-type": "exception" },
    Buffer.from(JSON.stringify(payload)),
  );

export function frame(headers: Record<string, HeaderValue>, payload: Buffer): Buffer {
  const head = Buffer.concat(Object.entries(headers).flatMap(([name, value]) => [header(name), encodeValue(value)]));
  const prelude = Buffer.alloc(8);
  prelude.writeUInt32BE(16 + head.length + payload.length, 0);
  prelude.writeUInt32BE(head.length, 4);
  const body = Buffer.concat([prelude, checksum(prelude), head, payload]);
  return Buffer.concat([body, checksum(body)]);
}

const header = (name: string): Buffer => Buffer.concat([Buffer.from([name.length]), Buffer.from(name)]);

function encodeValue(value: HeaderValue): Buffer {
  if (typeof value === "boolean") return Buffer.from([value ? 0 : 1]);
  if (typeof value === "number") {
    const bytes = Buffer.alloc(5);
    bytes[0] = 4;
    bytes.writeInt32BE(value, 1);
    return bytes;
  }
  if (value instanceof Date) {
    const bytes = Buffer.alloc(9);
    bytes[0] = 8;
    bytes.writeBigInt64BE(BigInt(value.getTime()), 1);
    return bytes;
  }
  const content = Buffer.from(value as string);
  const start = Buffer.alloc(3);
  start[0] = typeof value === "string" ? 7 : 6;
  start.writeUInt16BE(content.length, 1);
  return Buffer.concat([start, content]);
}

function checksum(bytes: Buffer): Buffer {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(bytes));
  return sum;
}
