/** Takes secrets out of bodies before anything of them is kept. */

export type Redact = (text: string) => string;

const HIDDEN = "[hidden]";

/** What has the shape of a secret in prompts and files, besides what providers and this gateway call keys. */
const SHAPES: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g,
  /\bgithub_pat_\w{20,}/g,
  /\bglpat-[\w-]{16,}/g,
  /\bxox[abeoprs]-[\w-]{10,}/g,
  /\bya29\.[\w-]{20,}/g,
  /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/g,
  // A line of an environment file, or an assignment in a shell.
  /(?<=\b[A-Z0-9_]{0,40}(?:API_?KEY|SECRET|TOKEN|PASSWORD|PASSWD)[A-Z0-9_]{0,40}=["']?)[^\s"'`$<{(\\]{8,}/g,
  // A password inside an address.
  /(?<=\b[a-z][a-z0-9+.-]{1,30}:\/\/[^\s:@/"']{1,80}:)[^\s@/"']{3,200}(?=@)/g,
];

/** @param known takes out the secrets that the gateway itself has read, and shapes of keys. */
export function createHider(known: Redact): Redact {
  return (text) => SHAPES.reduce((clean, shape) => clean.replace(shape, HIDDEN), known(text));
}

/** JSON without secrets: also those that are spelled with escapes. The same value when there are none. */
export function hideInJson(value: unknown, hide: Redact): unknown {
  if (typeof value === "string") return hide(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const clean = value.map((item) => hideInJson(item, hide));
    return clean.some((item, place) => item !== value[place]) ? clean : value;
  }
  let changed = false;
  const pairs = Object.entries(value).map(([name, item]): [string, unknown] => {
    const cleanName = hide(name);
    const clean = hideInJson(item, hide);
    if (clean !== item || cleanName !== name) changed = true;
    return [cleanName, clean];
  });
  return changed ? Object.fromEntries(pairs) : value;
}
