/** Values for fast-check: such as a JSON Schema describes, and such as nobody would send who means well. */
import fc from "fast-check";

export type JsonSchema = Readonly<Record<string, unknown>>;

const HOSTILE_TEXTS = [
  "",
  " ",
  "\0",
  "\ud800",
  "\u202eevil",
  "‮‮",
  "a\r\nset-cookie: x=1",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "null",
  "undefined",
  "NaN",
  "-1",
  "1e309",
  "0x10",
  "9007199254740993",
  "99999999999999999999999",
  "1.5",
  "true",
  "' or 1=1 --",
  '"; drop table users; --',
  "%00",
  "%",
  "%s%n",
  "../../../../etc/passwd",
  "${7*7}{{7*7}}<%= 7 %>",
  "<script>alert(1)</script>",
  "{}",
  "[]",
  "*",
  "user.*",
  "a".repeat(5_000),
  "👩‍👩‍👧‍👦".repeat(50),
  "ﷺ".repeat(100),
  "2026-02-30",
  "+275760-09-13T00:00:00.001Z",
  "postgres://user:pass@host/db",
  "http://169.254.169.254/latest/meta-data",
  "file:///etc/passwd",
];
const HOSTILE_NUMBERS = [0, -0, -1, 1.5, 2 ** 31, 2 ** 53 - 1, 2 ** 53 + 2, -(2 ** 53), 1e21, 1e308, -1e308, 5e-324];

export const hostileText = (): fc.Arbitrary<string> =>
  fc.oneof(fc.constantFrom(...HOSTILE_TEXTS), fc.string({ unit: "binary", maxLength: 40 }));

/** Any JSON, most of it nasty. */
export const hostileJson = (): fc.Arbitrary<unknown> =>
  fc.oneof(
    hostileText(),
    fc.constantFrom<unknown>(...HOSTILE_NUMBERS, null, true, false, [], {}, [[[[]]]], [null], { a: { b: { c: [] } } }),
    fc.constantFrom<unknown>(JSON.parse('{"__proto__":{"isAdmin":true}}'), { constructor: { prototype: { x: 1 } } }),
    fc.array(hostileText(), { maxLength: 5 }),
    fc.dictionary(hostileText(), hostileText(), { maxKeys: 5 }),
  );

/** What the schema allows. @param refs where `$ref` leads. */
export function jsonOf(
  schema: JsonSchema,
  refs: Readonly<Record<string, JsonSchema>>,
  depth = 0,
): fc.Arbitrary<unknown> {
  const inner = (part: unknown): fc.Arbitrary<unknown> => jsonOf((part ?? {}) as JsonSchema, refs, depth + 1);
  if (depth > 6) return fc.constant(null);
  if (typeof schema["$ref"] === "string")
    return jsonOf(refs[schema["$ref"].split("/").at(-1) ?? ""] ?? {}, refs, depth + 3);
  if ("const" in schema) return fc.constant(schema["const"]);
  if (Array.isArray(schema["enum"])) return fc.constantFrom<unknown>(...(schema["enum"] as unknown[]));
  const choices = (schema["anyOf"] ?? schema["oneOf"]) as unknown[] | undefined;
  if (choices) return fc.oneof(...choices.map(inner));
  const { type } = schema;
  if (Array.isArray(type)) return fc.oneof(...type.map((each) => inner({ ...schema, type: each as unknown })));
  if (type === "string") return textOf(schema);
  if (type === "integer" || type === "number") return numberOf(schema, type === "integer");
  if (type === "boolean") return fc.boolean();
  if (type === "null") return fc.constant(null);
  if (type === "array") return fc.array(inner(schema["items"]), { maxLength: 4 });
  if (type === "object") return objectOf(schema, inner);
  return hostileJson();
}

function textOf({ pattern, minLength, maxLength }: JsonSchema): fc.Arbitrary<string> {
  if (typeof pattern === "string") {
    try {
      return fc.stringMatching(new RegExp(pattern));
    } catch {
      return hostileText();
    }
  }
  const bounds = { minLength: Number(minLength ?? 0), maxLength: Math.min(Number(maxLength ?? 30), 60) };
  const plain = fc.constantFrom("loopback", "ann@example.com", "openai", "2026-11-01", "2026-10", "1", "test");
  const address = fc.nat(100_000).map((n) => `user${n}@example.com`);
  return fc.oneof(plain, address, fc.string({ unit: "grapheme", ...bounds }));
}

function numberOf({ minimum, maximum, exclusiveMinimum }: JsonSchema, isWhole: boolean): fc.Arbitrary<number> {
  const min = Number(minimum ?? (exclusiveMinimum === undefined ? -1_000 : Number(exclusiveMinimum) + 1));
  const max = Math.max(min, Number(maximum ?? 1e15));
  const low = fc.integer({ min: Math.ceil(min), max: Math.min(Math.floor(max), Math.ceil(min) + 20) });
  const anywhere = fc.double({ min: 0, max: 1, noNaN: true }).map((part) => min + part * (max - min));
  return isWhole ? fc.oneof(low, anywhere.map(Math.round)) : fc.oneof(low, anywhere);
}

function objectOf(schema: JsonSchema, inner: (part: unknown) => fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const properties = Object.entries((schema["properties"] ?? {}) as Record<string, JsonSchema>);
  const required = new Set((schema["required"] ?? []) as string[]);
  const more = schema["additionalProperties"];
  const known = fc.record(Object.fromEntries(properties.map(([name, part]) => [name, inner(part)])), {
    requiredKeys: properties.map(([name]) => name).filter((name) => required.has(name)),
  });
  if (typeof more !== "object" || properties.length > 0) return known;
  return fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), inner(more), { maxKeys: 3 });
}

/** A value that nearly fits: one member is nasty, one is missing, or there is one too many. */
export function nearly(schema: JsonSchema, refs: Readonly<Record<string, JsonSchema>>): fc.Arbitrary<unknown> {
  return fc
    .tuple(jsonOf(schema, refs), hostileJson(), hostileText(), fc.nat(20), fc.nat(2))
    .map(([value, nasty, name, place, how]) => {
      if (typeof value !== "object" || value === null || Array.isArray(value)) return nasty;
      const names = Object.keys(value);
      const at = names[place % Math.max(1, names.length)];
      if (how === 0 || at === undefined) return Object.fromEntries([...Object.entries(value), [name, nasty]]);
      const others = Object.entries(value).filter(([each]) => each !== at);
      return Object.fromEntries(how === 1 ? [...others, [at, nasty]] : others);
    });
}
