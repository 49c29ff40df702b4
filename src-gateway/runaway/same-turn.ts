import { isSameText } from "../lib/json-back.ts";
import type { JsonSpan } from "../lib/json-walk.ts";
import { steadyText } from "./machine-text.ts";
import type { Call, Result, Turn } from "./turns.ts";

/** Whether two turns did the same and got the same. Calls whose results are missing are like no others. */
export function isSameTurn(bytes: Buffer, one: Turn, other: Turn): boolean {
  return (
    one.calls.length === other.calls.length &&
    one.results.length === other.results.length &&
    one.calls.every((call, at) => isSameCall(bytes, call, other.calls[at])) &&
    one.calls.every((_, at) => isSameResult(bytes, resultOf(bytes, one, at), resultOf(bytes, other, at))) &&
    isSameList(bytes, one.beside, other.beside)
  );
}

const isSameCall = (bytes: Buffer, one: Call, other: Call | undefined): boolean =>
  other !== undefined &&
  one.what.length > 0 &&
  one.what.length === other.what.length &&
  one.what.every((span, at) => isSameText(bytes, span, other.what[at] ?? span));

/** By its id, or by its place where calls have none. */
function resultOf(bytes: Buffer, { calls, results }: Turn, at: number): Result | undefined {
  const id = calls[at]?.id ?? null;
  if (id === null) return results[at];
  return results.find((result) => result.id !== null && isSameText(bytes, result.id, id)) ?? unnamed(results[at]);
}

const unnamed = (result: Result | undefined): Result | undefined => (result?.id === null ? result : undefined);

const isSameResult = (bytes: Buffer, one: Result | undefined, other: Result | undefined): boolean =>
  one !== undefined && other !== undefined && isSameList(bytes, one.texts, other.texts);

const isSameList = (bytes: Buffer, some: JsonSpan[], others: JsonSpan[]): boolean =>
  some.length === others.length &&
  some.every((span, at) => {
    const other = others[at];
    return other !== undefined && (isSameText(bytes, span, other) || isSteadilySame(bytes, span, other));
  });

function isSteadilySame(bytes: Buffer, span: JsonSpan, other: JsonSpan): boolean {
  // Two texts of much different lengths are not the same but for a number in them.
  if (Math.abs(span.end - span.start - (other.end - other.start)) > MAX_DIFFERENCE) return false;
  const one = steadyText(bytes, span);
  const two = steadyText(bytes, other);
  return one.head === two.head && one.tail === two.tail && isSameText(bytes, one, two);
}
const MAX_DIFFERENCE = 16_384;
