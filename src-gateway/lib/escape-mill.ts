/**
 * Escapes long texts for JSON, 16 bytes at a time, by some lines of WebAssembly: a tenth of what `JSON.stringify` takes for
 * texts with few escapes, and less for others.
 */
import { I32, startWasm, V128 } from "./wasm-module.ts";

export interface EscapeMill {
  memory: Buffer;
  /**
   * Writes the UTF-8 of the memory's bytes [at, end), escaped as `JSON.stringify` does, to `to`, where there must be six times
   * the room, and sixteen bytes.
   * @returns where it ends.
   */
  readonly escape: (at: number, end: number, to: number) => number;
  /** Writes the bytes as they are, where there must be room for sixteen more. @returns where they end. */
  readonly copy: (at: number, end: number, to: number) => number;
}

/** Behind the escapes of all bytes that may need one. */
export const FREE = 1024;

/** @throws where the engine has no SIMD, or a policy forbids WebAssembly. */
export function startEscapeMill(pages: number): EscapeMill {
  const { memory: bytes, functions } = startWasm([ESCAPE, COPY], pages);
  const memory = Buffer.from(bytes.buffer);
  for (let byte = 0; byte < 128; byte++) {
    const escaped = JSON.stringify(String.fromCharCode(byte)).slice(1, -1);
    memory.write(escaped, byte * 8, "latin1");
    memory[byte * 8 + 7] = escaped.length;
  }
  const { escape, copy } = functions as Pick<EscapeMill, "escape" | "copy">;
  return { memory, escape, copy };
}

const get = (local: number): number[] => [0x20, local];
const set = (local: number): number[] => [0x21, local];
const int = (value: number): number[] => [0x41, value];
const sixteen = (byte: number): number[] => [0xfd, 0x0c, ...Array.from({ length: 16 }, () => byte)];

const [AT, END, TO, BYTES, MASK, ENTRY] = [0, 1, 2, 3, 4, 5] as const;

const ESCAPE = {
  name: "escape",
  takes: [I32, I32, I32],
  gives: [I32],
  locals: [V128, I32, I32],
  code: [
    [0x02, 0x40, 0x03, 0x40], // block, loop: to the next byte that is escaped, or sixteen further
    [...get(AT), ...get(END), 0x4f, 0x0d, 1], // at >= end: leave
    [...get(TO), ...get(AT), 0xfd, 0x00, 0, 0, 0x22, BYTES, 0xfd, 0x0b, 0, 0], // v128.load, v128.store
    [...get(BYTES), ...sixteen(0x22), 0xfd, 0x23], // a quote: i8x16.eq
    [...get(BYTES), ...sixteen(0x5c), 0xfd, 0x23, 0xfd, 0x50], // a backslash: i8x16.eq, v128.or
    [...get(BYTES), ...sixteen(0x20), 0xfd, 0x26, 0xfd, 0x50], // a control character: i8x16.lt_u, v128.or
    [0xfd, 0x64, 0x22, MASK, 0x45, 0x04, 0x40], // i8x16.bitmask, i32.eqz: if there is none of them
    [...get(AT), ...int(16), 0x6a, ...set(AT), ...get(TO), ...int(16), 0x6a, ...set(TO)],
    [0x0c, 1, 0x0b], // on with the loop; end of the if
    [...get(MASK), 0x68, 0x22, MASK, ...get(AT), 0x6a, ...set(AT)], // at += ctz
    [...get(TO), ...get(MASK), 0x6a, ...set(TO)],
    [...get(AT), ...get(END), 0x4f, 0x0d, 1], // what was found stands behind the end: leave
    [...get(AT), 0x2d, 0, 0, ...int(3), 0x74, ...set(ENTRY)], // i32.load8_u, i32.shl: its place in the table
    [...get(TO), ...get(ENTRY), 0x29, 0, 0, 0x37, 0, 0], // i64.load, i64.store
    [...get(TO), ...get(ENTRY), 0x2d, 0, 7, 0x6a, ...set(TO)], // i32.load8_u: its length
    [...get(AT), ...int(1), 0x6a, ...set(AT), 0x0c, 0, 0x0b, 0x0b], // at += 1, on with the loop
    [...get(TO), ...get(AT), ...get(END), 0x6b, 0x6b], // what was taken from behind the end does not count
  ].flat(),
};

const COPY = {
  name: "copy",
  takes: [I32, I32, I32],
  gives: [I32],
  locals: [],
  code: [
    [0x02, 0x40, 0x03, 0x40], // block, loop: sixteen bytes
    [...get(AT), ...get(END), 0x4f, 0x0d, 1], // at >= end: leave
    [...get(TO), ...get(AT), 0xfd, 0x00, 0, 0, 0xfd, 0x0b, 0, 0], // v128.load, v128.store
    [...get(AT), ...int(16), 0x6a, ...set(AT), ...get(TO), ...int(16), 0x6a, ...set(TO)],
    [0x0c, 0, 0x0b, 0x0b], // on with the loop
    [...get(TO), ...get(AT), ...get(END), 0x6b, 0x6b], // what was taken from behind the end does not count
  ].flat(),
};
