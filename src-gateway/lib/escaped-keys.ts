/**
 * The values of JSON in which keys are spelled with escapes.
 *
 * `JSON.parse` of Node 24 and 26 may give such a key another name: having met `{"\\":0}` it reads `{"\n":0}` as the same
 * (https://github.com/nodejs/node/issues/63785). Who has met the other key once could so hide a field from all that read a body
 * before it is sent, and the provider would find it. Few bodies have such keys, so being several times slower does not matter.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const WORD = /[^\s,\]}]+/y;
const SPACE = /[ \t\r\n]*/y;

/** @param json checked by the scan: what is not well formed makes no error here. */
export const valueWithEscapedKeys = (json: string): unknown => new Reader(json).value();

/** Reads on from `at`; every step leaves it behind what it has read, and behind the spaces that follow. */
class Reader {
  private at = 0;
  private readonly json: string;

  constructor(json: string) {
    this.json = json;
    this.take(SPACE);
  }

  value(): unknown {
    switch (this.json[this.at]) {
      case "{":
        return this.object();
      case "[":
        return this.list();
      case '"':
        return this.text();
      default: {
        const value: unknown = JSON.parse(this.take(WORD));
        this.take(SPACE);
        return value;
      }
    }
  }

  private object(): Record<string, unknown> {
    const members: [string, unknown][] = [];
    for (this.step(); this.json[this.at] !== "}"; this.stepOver(",")) {
      const key = this.text();
      this.step();
      members.push([key, this.value()]);
    }
    this.step();
    // As JSON.parse does: "__proto__" is a member like any other.
    return Object.fromEntries(members);
  }

  private list(): unknown[] {
    const list: unknown[] = [];
    for (this.step(); this.json[this.at] !== "]"; this.stepOver(",")) list.push(this.value());
    this.step();
    return list;
  }

  private text(): string {
    const start = this.at;
    this.at = endOfText(this.json, start);
    const spelled = this.json.slice(start, this.at);
    this.take(SPACE);
    return spelled.includes("\\") ? (JSON.parse(spelled) as string) : spelled.slice(1, -1);
  }

  /** Over one letter. */
  private step(): void {
    this.at++;
    this.take(SPACE);
  }

  private stepOver(letter: string): void {
    if (this.json[this.at] === letter) this.step();
  }

  private take(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const [found = ""] = pattern.exec(this.json) ?? [];
    this.at += found.length;
    return found;
  }
}

function endOfText(json: string, start: number): number {
  for (let at = start + 1; at < json.length; at++) {
    const letter = json.charCodeAt(at);
    if (letter === QUOTE) return at + 1;
    if (letter === BACKSLASH) at++;
  }
  return json.length;
}
