/** A sentence with blanks, and how their values are read out of one that was said. */
export interface PatternedSentence {
  words: string;
  /** Of two that fit, the one that says more of its own is meant. */
  weight: number;
  /** It holds the end of a clause, or of a sentence, itself. */
  hasClauses: boolean;
  /** What stands in each blank; null where the text is another sentence. */
  read: (text: string, endsIn: Splitter) => string[] | null;
}

/** Where the second of two values begins that stand side by side. */
export type Splitter = (values: string) => number;

const BLANK = /\{\{\d+\}\}/;
/** A value in quotes holds none itself. */
const IN_QUOTES = '([^"]*)';

/** Null for a sentence without blanks. */
export function patternOf(said: string, words: string): PatternedSentence | null {
  if (!BLANK.test(said)) return null;
  // Blanks side by side are read as one value, which is divided then.
  const runs = said.match(/(?:\{\{\d+\}\})+/g) ?? [];
  const sizes = runs.map((run) => run.split("}}").length - 1);
  const texts = said.split(/(?:\{\{\d+\}\})+/);
  const source = texts
    .map((text, place) => {
      if (place === texts.length - 1) return quote(text);
      const isQuoted = text.endsWith('"') && texts[place + 1]?.startsWith('"') === true;
      return quote(text) + (isQuoted ? IN_QUOTES : "(.*?)");
    })
    .join("");
  const pattern = new RegExp(`^${source}$`, "s");
  // Without these words it cannot be meant, which is told faster.
  const core = texts.toSorted((a, b) => b.length - a.length)[0] ?? "";
  const own = texts.join("");
  const hasClauses = /[;.] /.test(own);
  return {
    words,
    hasClauses,
    weight: own.length + (hasClauses ? 100 : 0),
    read(text, endsIn) {
      const values = text.includes(core) ? pattern.exec(text)?.slice(1) : undefined;
      return values?.flatMap((value, place) => divide(value, sizes[place] ?? 1, endsIn)) ?? null;
    },
  };
}

function divide(value: string, into: number, endsIn: Splitter): string[] {
  if (into < 2) return [value];
  const at = endsIn(value);
  return [value.slice(0, at), ...divide(value.slice(at), into - 1, endsIn)];
}

const quote = (text: string): string => text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
