/**
 * Takes out of a value what is nobody's business who helps: secrets, addresses of mail, names of people, home folders. Wider than
 * what the log does, because this leaves the house. Pure.
 */
export interface ScrubWords {
  /** Takes out secrets that are known, and what has the shape of one. */
  redact: (text: string) => string;
  /** Of the people, teams and projects of this gateway. */
  names: readonly string[];
  /** Folders that tell whose they are; `~` stands for each. */
  homes: readonly string[];
}

const MAIL = /[\w.+%-]+@[\w-]+(?:\.[\w-]+)*/g;
const URL_SECRETS = /([a-z][a-z0-9+.-]*:\/\/)(?:[^\s/@"']*@)?([^\s?#"']*)(?:[?#][^\s"']*)?/gi;
const MEMBERS_WITH_SECRETS =
  /[a-z][_-]?key$|secret|token|password|passphrase|authorization|cookie|^headers$|credential_value/i;
/** Also where it is no secret by its name: a reference says only where one is. */
const REFERENCE = /^(?:env|file|keychain|secret):/;
/** Long, and of letters and digits as only machines write them. */
const RANDOM = /(?<![\w-])(?!req_)(?=[\w+/=-]*\d)(?=[\w+/=-]*[A-Za-z])[\w+/=-]{24,}(?![\w-])/g;
/** In bytes: two signs of Chinese are a whole name. */
const MIN_NAME = 3;

export interface Scrub {
  text(text: string): string;
  /** For lines that others have written into, such as the log's: whatever looks random goes, too. */
  line(text: string): string;
  value(value: unknown): unknown;
}

export function createScrub({ redact, names, homes }: ScrubWords): Scrub {
  const words = [
    ...new Set(names.map((name) => name.trim()).filter((name) => Buffer.byteLength(name) >= MIN_NAME)),
  ].sort((a, b) => b.length - a.length);
  const people = words.length === 0 ? null : new RegExp(words.map(asWord).join("|"), "giu");
  const folders = homes.filter((home) => home.length > 1).sort((a, b) => b.length - a.length);
  const text = (given: string): string => {
    let clean = redact(given).replace(URL_SECRETS, "$1$2").replace(MAIL, "[e-mail]");
    for (const home of folders) clean = clean.replaceAll(home, "~");
    return people === null ? clean : clean.replace(people, "[name]");
  };
  const value = (given: unknown, member = ""): unknown => {
    if (typeof given === "string") {
      const isHidden = MEMBERS_WITH_SECRETS.test(member) && !REFERENCE.test(given) && given !== "";
      return isHidden ? "[hidden]" : text(given);
    }
    if (Array.isArray(given)) return given.map((each) => value(each, member));
    if (typeof given !== "object" || given === null) return given;
    if (member === "headers") return Object.fromEntries(Object.keys(given).map((name) => [text(name), "[hidden]"]));
    return Object.fromEntries(Object.entries(given).map(([name, each]) => [text(name), value(each, name)]));
  };
  return { text, line: (given) => text(given).replace(RANDOM, "[hidden]"), value: (given) => value(given) };
}

/** Where words have spaces between them, only the whole word. */
const asWord = (name: string): string =>
  /\p{Script=Latin}|\p{Script=Cyrillic}|\p{Script=Greek}/u.test(name)
    ? `(?<![\\p{L}\\p{N}])${escapeForPattern(name)}(?![\\p{L}\\p{N}])`
    : escapeForPattern(name);

const escapeForPattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
