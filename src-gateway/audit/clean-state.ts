/** What may be kept of the state before and after an act: JSON of a bounded size, without secrets. */

const HIDDEN = "[hidden]";
/** What stands under such a name is a secret, whatever it looks like. */
const SECRET_NAME =
  /^(?:.*[_.-])?(?:token|secret|password|passwd|passphrase|api[_-]?key|key[_-]?hash|private[_-]?key|client[_-]?secret|authorization|cookie|credential[s]?[_-]?value|code)$/i;
/** `clientSecret` as `client_secret`. */
const inSnakeCase = (name: string): string => name.replace(/([a-z\d])([A-Z])/g, "$1_$2");
const MAX_CHARACTERS = 64 * 1024;
const MAX_DEPTH = 20;

/** @param redact takes known secrets, and what has the shape of one, out of a text. */
export function cleanState(value: unknown, redact: (text: string) => string): unknown {
  const clean = walk(value, redact, 0);
  const text = JSON.stringify(clean) ?? "null";
  return text.length <= MAX_CHARACTERS ? clean : { cut: true, characters: text.length };
}

function walk(value: unknown, redact: (text: string) => string, depth: number): unknown {
  if (typeof value === "string") return redact(value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number" || typeof value === "boolean") return value;
  if (typeof value !== "object" || value === null) return null;
  if (depth >= MAX_DEPTH) return "…";
  if (Array.isArray(value)) return value.map((item) => walk(item, redact, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([name, item]) => [redact(name), isSecret(name, item) ? HIDDEN : walk(item, redact, depth + 1)]),
  );
}

/** A number or a flag under such a name is none: `tokens`, `hasSecret`. */
const isSecret = (name: string, value: unknown): boolean =>
  typeof value === "string" && value !== "" && SECRET_NAME.test(inSnakeCase(name));
