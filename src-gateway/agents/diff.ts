/** A unified diff of two texts, and secrets masked in it. Pure. */

const CONTEXT_LINES = 3;
const MASK = "••••";
/** Above this, the middle is shown as replaced: nobody reads it, and comparing takes the square of it. */
const MAX_COMPARED = 2_000;

type Line = { mark: " " | "-" | "+"; text: string };

export function unifiedDiff(path: string, before: string | null, after: string | null): string {
  if (before === after) return "";
  const lines = compare(linesOf(before ?? ""), linesOf(after ?? ""));
  const heads = [`--- ${before === null ? "/dev/null" : path}`, `+++ ${after === null ? "/dev/null" : path}`];
  return [...heads, ...hunks(lines)].join("\n");
}

function linesOf(text: string): string[] {
  if (text === "") return [];
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function compare(a: string[], b: string[]): Line[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < Math.min(a.length, b.length) - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const same = (text: string): Line => ({ mark: " ", text });
  const middle = compareMiddle(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  return [...a.slice(0, head).map(same), ...middle, ...a.slice(a.length - tail).map(same)];
}

/** By the longest common part. */
function compareMiddle(a: string[], b: string[]): Line[] {
  const gone = a.map((text): Line => ({ mark: "-", text }));
  const come = b.map((text): Line => ({ mark: "+", text }));
  if (a.length === 0 || b.length === 0 || a.length > MAX_COMPARED || b.length > MAX_COMPARED) return [...gone, ...come];
  const width = b.length + 1;
  const common = new Uint16Array((a.length + 1) * width);
  const at = (n: number, m: number): number => common[n * width + m] ?? 0;
  for (let n = a.length - 1; n >= 0; n--) {
    for (let m = b.length - 1; m >= 0; m--) {
      common[n * width + m] = a[n] === b[m] ? at(n + 1, m + 1) + 1 : Math.max(at(n + 1, m), at(n, m + 1));
    }
  }
  const lines: Line[] = [];
  let n = 0;
  let m = 0;
  while (n < a.length && m < b.length) {
    if (a[n] === b[m]) {
      lines.push({ mark: " ", text: a[n] ?? "" });
      n++;
      m++;
    } else if (at(n + 1, m) >= at(n, m + 1)) lines.push(gone[n++] as Line);
    else lines.push(come[m++] as Line);
  }
  return [...lines, ...gone.slice(n), ...come.slice(m)];
}

function hunks(lines: Line[]): string[] {
  const shown = lines.map((_, n) =>
    lines.slice(Math.max(0, n - CONTEXT_LINES), n + CONTEXT_LINES + 1).some(({ mark }) => mark !== " "),
  );
  const out: string[] = [];
  let old = 1;
  let now = 1;
  for (let n = 0; n < lines.length; ) {
    if (!shown[n]) {
      old++;
      now++;
      n++;
      continue;
    }
    let end = n;
    while (end < lines.length && shown[end]) end++;
    const part = lines.slice(n, end);
    const olds = part.filter(({ mark }) => mark !== "+").length;
    const news = part.filter(({ mark }) => mark !== "-").length;
    out.push(`@@ -${olds === 0 ? old - 1 : old},${olds} +${news === 0 ? now - 1 : now},${news} @@`);
    for (const { mark, text } of part) out.push(mark + text);
    old += olds;
    now += news;
    n = end;
  }
  return out;
}

/** What looks like the value of a key, a token or a password; and whatever is known to be secret. */
const SECRET_VALUE =
  /((?:api[_-]?key|token(?!s)|secret|password|authorization|credential|bearer)[\w-]*["']?\s*[:=]\s*)(?:"([^"\n]+)"|'([^'\n]+)'|([^\s"',#{}[\]]{6,}))/gi;
const KEY_SHAPE = /\b(?:(?:sk|pk|xai)-|(?:tok|ghp|gho|gsk|r8|hf)_|AIza)[\w-]{12,}/g;

export function maskSecrets(text: string, known: readonly string[]): string {
  let masked = text;
  for (const secret of known) if (secret.length > 0) masked = masked.replaceAll(secret, MASK);
  return masked
    .replace(SECRET_VALUE, (_all, head: string, double?: string, single?: string) => {
      const quote = double === undefined ? (single === undefined ? "" : "'") : '"';
      return `${head}${quote}${MASK}${quote}`;
    })
    .replace(KEY_SHAPE, MASK);
}
