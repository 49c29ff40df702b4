/** What agents themselves write where a person or a tool would: reminders, and how long a command took. */
import type { JsonSpan } from "../lib/json-walk.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LESS_THAN = 0x3c;
const LAST_SPACE = 0x20;
const BEYOND_ASCII = 0x80;

/** Texts in these are the agent's; in others, such as `<task>` or `<feedback>`, agents put what a person said. */
const TAGS = "system-reminder|system_reminder|environment_context|environment_details|user_instructions|total_tokens";
const SPACE = String.raw`(?:\s|\\[nrt])*`;
const OPENS = new RegExp(`^${SPACE}<(${TAGS})>`);

/** Reminders too may bring what a person said in the meantime. */
const SAYS_WHAT_WAS_SAID = /\buser (?:has )?(?:just )?(?:sent|said|wrote|typed)\b/i;

/** Longer ones are not read to their end. */
const MAX_READ = 16_384;

/** Whether all of a string is the agent's own. */
export function isMachineText(bytes: Buffer, span: JsonSpan | undefined): boolean {
  if (span === undefined || bytes[span.start] !== QUOTE) return false;
  const start = span.start + 1;
  const end = span.end - 1;
  if (!mayOpenTag(bytes[start] ?? 0)) return false;
  const tag = OPENS.exec(bytes.toString("latin1", start, Math.min(end, start + 64)))?.[1];
  if (tag === undefined) return false;
  if (!new RegExp(`</${tag}>${SPACE}$`).test(bytes.toString("latin1", Math.max(start, end - 64), end))) return false;
  return !SAYS_WHAT_WAS_SAID.test(bytes.toString("latin1", start, Math.min(end, start + MAX_READ)));
}

/** Nearly every text begins with a letter: it need not be read to know that it opens with no tag. */
export const mayOpenTag = (first: number): boolean =>
  first === LESS_THAN || first === BACKSLASH || first <= LAST_SPACE || first >= BEYOND_ASCII;

/** Say something else each time although the result is the same. Quotes may be escaped several times. */
const VOLATILE = new RegExp(
  [
    String.raw`Chunk ID: [0-9a-f]+`,
    String.raw`Wall time:? [0-9.]+ seconds`,
    String.raw`Process Group PGID: \d+`,
    String.raw`chunk_id\\*": *\\*"[0-9a-f]+`,
    String.raw`(?:wall_time|duration)_seconds\\*": *[0-9.eE+-]+`,
  ].join("|"),
  "g",
);

/** They stand near the beginning or the end. */
const HEAD = 400;
const TAIL = 400;

const REMINDER_OPENS = Buffer.from("<system-reminder>");
const REMINDER_CLOSES = /<\/system-reminder>(?:\s|\\[nrt])*$/;
const MAX_REMINDERS = 4;

/** A text without what changes in it by itself. */
export interface SteadyText extends JsonSpan {
  head: string;
  tail: string;
}

/** @param span of a string, quotes included, or of any other value. */
export function steadyText(bytes: Buffer, span: JsonSpan): SteadyText {
  let { start } = span;
  let end = bytes[span.end - 1] === QUOTE ? span.end - 1 : span.end;
  for (let n = 0; n < MAX_REMINDERS; n++) {
    if (!REMINDER_CLOSES.test(bytes.toString("latin1", Math.max(start, end - 64), end))) break;
    const opens = bytes.lastIndexOf(REMINDER_OPENS, end);
    if (opens < start || end - opens > MAX_READ) break;
    end = opens;
  }
  let head = "";
  const first = bytes.toString("latin1", start, Math.min(end, start + HEAD));
  const lastOfHead = [...first.matchAll(VOLATILE)].at(-1);
  if (lastOfHead) {
    const length = lastOfHead.index + lastOfHead[0].length;
    head = first.slice(0, length).replace(VOLATILE, "");
    start += length;
  }
  let tail = "";
  const last = bytes.toString("latin1", Math.max(start, end - TAIL), end);
  const firstOfTail = last.search(VOLATILE);
  if (firstOfTail >= 0) {
    tail = last.slice(firstOfTail).replace(VOLATILE, "");
    end -= last.length - firstOfTail;
  }
  return { start, end, head, tail };
}
