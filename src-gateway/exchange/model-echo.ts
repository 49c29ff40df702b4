/**
 * A caller that asked for an alias gets the alias back: some clients refuse an answer of another model, others look up
 * the size of the context by it. Only the name's own bytes change.
 */
import type { WireProtocol } from "../ir/protocol.ts";

export type ModelEcho = (bytes: Buffer) => Buffer;

const KEYS: Readonly<Record<WireProtocol, Buffer>> = {
  "openai-chat": Buffer.from('"model"'),
  "openai-responses": Buffer.from('"model"'),
  "anthropic-messages": Buffer.from('"model"'),
  "gemini-content": Buffer.from('"modelVersion"'),
};

/** Replaces the first value of the wire's model field. A quote inside a JSON string is escaped, so the key's bytes are only ever a key. */
export function createModelEcho(wire: WireProtocol, model: string): ModelEcho {
  const key = KEYS[wire];
  const name = Buffer.from(JSON.stringify(model));
  return (bytes) => {
    for (let at = bytes.indexOf(key); at >= 0; at = bytes.indexOf(key, at + 1)) {
      const start = valueAfter(bytes, at + key.length);
      // A schema may have a field of that name; its value is no text.
      if (start < 0 || bytes[start] !== 0x22) continue;
      const end = bytes.indexOf(0x22, start + 1);
      if (end < 0) return bytes;
      return Buffer.concat([bytes.subarray(0, start), name, bytes.subarray(end + 1)]);
    }
    return bytes;
  };
}

function valueAfter(bytes: Buffer, from: number): number {
  let at = from;
  let sawColon = false;
  for (; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === 0x3a && !sawColon) sawColon = true;
    else if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) return sawColon ? at : -1;
  }
  return -1;
}
