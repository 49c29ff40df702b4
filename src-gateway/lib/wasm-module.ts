/** Small WebAssembly modules from their instructions: no tool is needed to build them, and a reader sees all that they do. */
export const I32 = 0x7f;
export const I64 = 0x7e;
export const F64 = 0x7c;
export const V128 = 0x7b;

export interface WasmFunction {
  name: string;
  takes: readonly number[];
  gives: readonly number[];
  locals: readonly number[];
  code: readonly number[];
}

export interface WasmExports {
  memory: Uint8Array;
  functions: Readonly<Record<string, unknown>>;
}

/**
 * @param pages of memory, of 64 KB each; at most 127.
 * @throws where the engine has no SIMD, or a page's policy forbids WebAssembly.
 */
export function startWasm(functions: readonly WasmFunction[], pages = 1): WasmExports {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes(functions, pages)));
  const { memory } = exports as { memory: WebAssembly.Memory };
  return { memory: new Uint8Array(memory.buffer), functions: exports };
}

const unsigned = (value: number): number[] =>
  value < 128 ? [value] : [(value & 127) | 128, ...unsigned(Math.floor(value / 128))];
const sized = (bytes: readonly number[]): number[] => [...unsigned(bytes.length), ...bytes];
const listed = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()];
const named = (name: string): number[] => sized(Array.from(name, (letter) => letter.charCodeAt(0)));

function moduleBytes(functions: readonly WasmFunction[], pages: number): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ takes, gives }) => [0x60, ...sized(takes), ...sized(gives)]);
  const bodies = functions.map(({ locals, code }) =>
    sized([...listed(locals.map((type) => [1, type])), ...code, 0x0b]),
  );
  const exported = functions.map(({ name }, index) => [...named(name), 0, index]);
  return new Uint8Array(
    [
      [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      [1, ...sized(listed(types))],
      [3, ...sized(listed(functions.map((_, index) => [index])))],
      [5, ...sized([1, 0, pages])], // memory of no more pages than it needs
      [7, ...sized(listed([[...named("memory"), 2, 0], ...exported]))],
      [10, ...sized(listed(bodies))],
    ].flat(),
  );
}
