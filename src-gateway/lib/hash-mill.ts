/**
 * The hash of `run-hash.ts`, under a key that nobody knows. Blocks of a kilobyte go through NH, the hash of UMAC, which takes
 * two that differ for the same once in 2^64 keys; they are chained by multiplications that nobody without the key can steer.
 */
import { randomFillSync } from "node:crypto";
import { F64, I32, I64, startWasm, V128 } from "./wasm-module.ts";

export interface HashMill {
  memory: Buffer;
  /** Takes the bytes of the memory from `at` on into the state. Only the last of a run may be shorter than the room. */
  readonly absorb: (at: number, end: number) => void;
  /** Puts the hash at `RESULT` and begins anew. */
  readonly finish: () => number;
}

/** Where in the memory what stands. */
const STATE = 0;
const MASK = 16;
const FACTORS = 48;
const KEY = 64;
const BLOCK_BYTES = 1024;
/** The second hash of a block takes the key from the next sixteen bytes on. */
const SEEDS = KEY + BLOCK_BYTES + 16;
/** Of the last run, 16 bytes. */
export const RESULT = SEEDS + 16;
/** What is to be taken in. */
export const ROOM = 2048;
export const ROOM_BYTES = 32 * 1024;

/** @throws where the engine refuses. */
export function startHashMill(): HashMill {
  const { memory: bytes, functions } = startWasm([ABSORB, FINISH]);
  const memory = Buffer.from(bytes.buffer);
  memory.fill(0xff, MASK, MASK + 16);
  randomFillSync(memory, FACTORS, RESULT - FACTORS);
  for (const factor of [FACTORS, FACTORS + 8]) memory[factor] = (memory[factor] ?? 0) | 1;
  const { absorb, finish } = functions as unknown as HashMill;
  finish();
  return { memory, absorb, finish };
}

const get = (local: number): number[] => [0x20, local];
const set = (local: number): number[] => [0x21, local];
const tee = (local: number): number[] => [0x22, local];
/** Up to 8191. */
const int = (value: number): number[] => (value < 64 ? [0x41, value] : [0x41, (value & 127) | 128, value >> 7]);
const at = (place: number): number[] => (place < 128 ? [0, place] : [0, (place & 127) | 128, place >> 7]);
const load64 = (place: number): number[] => [...int(0), 0x29, ...at(place)];
const store64 = (place: number, value: readonly number[]): number[] => [...int(0), ...value, 0x37, ...at(place)];
/** value ^ (value >>> by), of a local. */
const fold = (local: number, by: number): number[] => [...get(local), ...get(local), 0x42, by, 0x88, 0x85];

const [AT, END, KEY_AT, STOP, LENGTH, FIRST, SECOND, BYTES, SUM, ONE, TWO] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
] as const;

/** Of the sum of bytes and key, the products of its first and third, and second and fourth 32 bits are added. */
const addProducts = (to: number, keyPlace: number): number[] =>
  [
    [...get(BYTES), ...get(KEY_AT), 0xfd, 0x00, ...at(keyPlace), 0xfd, 0xae, 0x01, ...set(SUM)], // v128.load, i32x4.add
    [...get(SUM), ...get(SUM), ...get(SUM)],
    [0xfd, 0x0d, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15], // i8x16.shuffle
    [0xfd, 0xde, 0x01], // i64x2.extmul_low_i32x4_u
    [...get(to), 0xfd, 0xce, 0x01, ...set(to)], // i64x2.add
  ].flat();
const addBoth: number[] = [...addProducts(FIRST, 0), ...addProducts(SECOND, 16)];
const NO_SUM = [0xfd, 0x0c, ...Array.from({ length: 16 }, () => 0)]; // v128.const
/** Takes what a block came to into one half of the state. */
const chain = (state: number, sum: number, factor: number): number[] =>
  [
    [...get(sum), 0xfd, 0x1d, 0, ...get(sum), 0xfd, 0x1d, 1, 0x7c], // i64x2.extract_lane twice, i64.add
    [...get(state), 0x85, ...load64(factor), 0x7e, ...set(state)], // i64.xor, i64.mul
    [...fold(state, 32), ...set(state)],
  ].flat();
const closeRun = (state: number, factor: number): number[] =>
  [
    [...get(state), ...get(LENGTH), 0xad, 0x7c, ...load64(factor), 0x7e, ...set(state)], // i64.extend_i32_u, i64.add, i64.mul
    [...fold(state, 29), ...set(state)],
  ].flat();

const ABSORB = {
  name: "absorb",
  takes: [I32, I32],
  gives: [],
  locals: [I32, I32, I32, V128, V128, V128, V128, I64, I64],
  code: [
    [...load64(STATE), ...set(ONE), ...load64(STATE + 8), ...set(TWO)],
    [...get(END), ...get(AT), 0x6b, ...set(LENGTH)],
    [0x02, 0x40, 0x03, 0x40], // block, loop: a kilobyte after the other
    [...get(AT), ...get(END), 0x4f, 0x0d, 1], // at >= end: leave
    [...int(KEY), ...set(KEY_AT), ...NO_SUM, ...set(FIRST), ...NO_SUM, ...set(SECOND)],
    [...get(END), ...get(AT), ...int(BLOCK_BYTES), 0x6a, ...tee(STOP)],
    [...get(END), ...get(STOP), 0x49, 0x1b, ...set(STOP)], // stop = min(end, at + a kilobyte)
    [0x02, 0x40, 0x03, 0x40], // block, loop: sixteen bytes after the other
    [...get(AT), ...int(16), 0x6a, ...get(STOP), 0x4b, 0x0d, 1], // at + 16 > stop: leave
    [...get(AT), 0xfd, 0x00, 0, 0, ...set(BYTES), ...addBoth],
    [...get(AT), ...int(16), 0x6a, ...set(AT), ...get(KEY_AT), ...int(16), 0x6a, ...set(KEY_AT)],
    [0x0c, 0, 0x0b, 0x0b],
    [...get(AT), ...get(STOP), 0x49, 0x04, 0x40], // at < stop: what is left is filled up with zeros
    [...get(AT), 0xfd, 0x00, 0, 0],
    [...int(MASK + 16), ...get(STOP), ...get(AT), 0x6b, 0x6b, 0xfd, 0x00, 0, 0, 0xfd, 0x4e], // v128.load, v128.and
    [...set(BYTES), ...addBoth, ...get(STOP), ...set(AT), 0x0b],
    [...chain(ONE, FIRST, FACTORS), ...chain(TWO, SECOND, FACTORS + 8)],
    [0x0c, 0, 0x0b, 0x0b],
    [...closeRun(ONE, FACTORS), ...closeRun(TWO, FACTORS + 8)],
    [...store64(STATE, get(ONE)), ...store64(STATE + 8, get(TWO))],
  ].flat(),
};

const FINISH = {
  name: "finish",
  takes: [],
  gives: [F64],
  locals: [I64, I64],
  code: [
    [...load64(STATE), ...load64(STATE + 8), 0x42, 32, 0x89, 0x85, ...load64(FACTORS), 0x7e, ...set(0)], // i64.rotl, xor, mul
    [...load64(STATE + 8), ...load64(FACTORS + 8), 0x7e, ...set(1)],
    [...fold(0, 32), ...load64(FACTORS + 8), 0x7e, ...set(0), ...fold(1, 32), ...load64(FACTORS), 0x7e, ...set(1)],
    [...store64(RESULT, fold(0, 29)), ...store64(RESULT + 8, fold(1, 29))],
    [...store64(STATE, load64(SEEDS)), ...store64(STATE + 8, load64(SEEDS + 8))],
    [...load64(RESULT), 0x42, 12, 0x88, 0xba], // i64.shr_u, f64.convert_i64_u
  ].flat(),
};
