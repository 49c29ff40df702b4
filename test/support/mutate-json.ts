/** JSON that was right once: fixtures with some of their values replaced, left out, doubled or put in the wrong place. */
import fc from "fast-check";
import { asObject } from "../../src-gateway/protocols/loose-json.ts";

interface Mutation {
  /** Chooses a place: any number. */
  at: number;
  how: "replace" | "remove" | "double" | "wrap" | "borrow";
  value: unknown;
}

const anyMutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(),
  how: fc.constantFrom("replace", "replace", "remove", "double", "wrap", "borrow"),
  value: fc.oneof(
    fc.constantFrom<unknown>(
      null,
      "",
      0,
      -1,
      1e21,
      true,
      false,
      [],
      {},
      [null],
      [[]],
      "x",
      "\u0000",
      { type: "text" },
      JSON.parse('{"__proto__":{"type":"text"}}'),
    ),
    fc.jsonValue({ maxDepth: 2 }),
  ),
});

/** One of the bases with up to six things wrong. A member called `__proto__` stays a member like any other. */
export const mutated = <T>(bases: readonly T[]): fc.Arbitrary<T> =>
  fc
    .tuple(fc.constantFrom(...bases), fc.array(anyMutation, { maxLength: 6 }))
    .map(
      ([base, mutations]) =>
        mutations.reduce<unknown>((json, mutation) => apply(json, mutation), structuredClone(base)) as T,
    );

type Place = { holder: Record<string, unknown> | unknown[]; key: string | number };

function apply(json: unknown, { at, how, value }: Mutation): unknown {
  const places = [...placesOf(json)];
  const place = places[at % Math.max(1, places.length)];
  if (!place) return json;
  const before = read(place);
  switch (how) {
    case "replace":
      write(place, structuredClone(value));
      break;
    case "remove":
      remove(place);
      break;
    case "double":
      if (Array.isArray(place.holder)) place.holder.splice(Number(place.key), 0, structuredClone(before));
      break;
    case "wrap":
      write(place, at % 2 === 0 ? [before] : { type: before });
      break;
    case "borrow":
      write(place, structuredClone(read(places[Math.floor(at / 7) % places.length] ?? place)));
  }
  return json;
}

function* placesOf(json: unknown): Generator<Place> {
  const holder = Array.isArray(json) ? json : asObject(json);
  if (!holder) return;
  const keys = Array.isArray(holder) ? holder.keys() : Object.keys(holder);
  for (const key of keys) {
    const place: Place = { holder, key };
    yield place;
    yield* placesOf(read(place));
  }
}

const read = ({ holder, key }: Place): unknown => (holder as Record<string | number, unknown>)[key];
const write = ({ holder, key }: Place, value: unknown): void => {
  Object.defineProperty(holder, key, { value, writable: true, enumerable: true, configurable: true });
};
function remove({ holder, key }: Place): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else delete holder[key];
}
