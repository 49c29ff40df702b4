/** What may be shown of a text that came out of a configuration: nothing of a key, a password or a query. */

/** Prefixes that providers and we give to keys, at the start of a text or behind a separator. */
const KEY_SHAPES =
  /(?:^|[^A-Za-z0-9])(?:sk-|sk_|tok_|AIza|gsk_|xai-|pplx-|r8_|hf_|nvapi-|ghp_|gho_|github_pat_|AKIA|ya29\.|eyJ)[\w.-]{6,}/;
const AUTH_SCHEMES = /^(?:bearer|basic)\s+\S/i;

export const looksLikeKey = (text: string): boolean => KEY_SHAPES.test(text) || AUTH_SCHEMES.test(text.trim());

/** A secret as it may be shown: not even its length. */
export const hideSecret = (text: string): string => (text === "" ? "" : "(hidden)");

/** An address without user, password and query: all of these can hold a secret. */
export function hideInUrl(text: string): string {
  // Without the i: at a start, that takes the engine as long as all other patterns of settings.
  const match = /^([A-Za-z][A-Za-z0-9+.-]*:\/\/)(.*)$/s.exec(text);
  if (!match) return text;
  const [, scheme = "", rest = ""] = match;
  // The last "@", because passwords may hold one themselves.
  const at = rest.lastIndexOf("@");
  const address = at < 0 ? rest : `(hidden)@${rest.slice(at + 1)}`;
  const query = address.search(/[?#]/);
  return scheme + (query < 0 ? address : `${address.slice(0, query)}?(hidden)`);
}

/** A value of a setting that is no secret by its name, unless somebody put a key into it all the same. */
export const showValue = (text: string): string => (looksLikeKey(text) ? "(hidden)" : hideInUrl(text));

const MAX_QUOTED = 60;

/** A refused text, for an error that names it: short, on one line, and hidden when it could be a key in the wrong place. */
export const quote = (text: string): string => `"${shortened(text)}"`;

/** Names to choose from. */
export const listNames = (names: Iterable<string>): string => [...names].map(shortened).join(", ");

function shortened(text: string): string {
  const runs = text.match(/[A-Za-z0-9+/_]{16,}/g) ?? [];
  const isRandom = runs.some((run) => /\d/.test(run) && /[A-Za-z]/.test(run));
  if (looksLikeKey(text) || isRandom) return "(hidden)";
  const line = hideInUrl(text).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
  return line.length > MAX_QUOTED ? `${line.slice(0, MAX_QUOTED)}…` : line;
}

/** Where in a text something has the shape of a key. */
export function findKeys(text: string): { start: number; end: number }[] {
  return [...text.matchAll(new RegExp(KEY_SHAPES, "g"))].map(({ 0: found, index }) => {
    // The shape may begin with the character before the key.
    const start = index + (/^[A-Za-z0-9]/.test(found) ? 0 : 1);
    return { start, end: index + found.length };
  });
}
