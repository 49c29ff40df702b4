import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { en } from "../../src-renderer/i18n/en/index.ts";
import { LANGUAGES } from "../../src-renderer/i18n/languages.ts";

const renderer = fileURLToPath(new URL("../../src-renderer/", import.meta.url));

/** `namespace:key.below` → words; the forms of a plural stand under one key. */
function flat(words: object): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const walk = (value: unknown, path: string): void => {
    if (typeof value === "string") {
      const key = path.replace(/_(?:zero|one|two|few|many|other)$/, "");
      found.set(key, [...(found.get(key) ?? []), value]);
      return;
    }
    for (const [name, below] of Object.entries(value as object)) walk(below, path === "" ? name : `${path}.${name}`);
  };
  for (const [namespace, below] of Object.entries(words)) {
    for (const [name, value] of Object.entries(below as object)) walk(value, `${namespace}:${name}`);
  }
  return found;
}
const blanks = (texts: string[]): string[] =>
  [...new Set(texts.flatMap((text) => text.match(/\{\{\w+\}\}/g) ?? []))]
    .filter((each) => each !== "{{count}}")
    .toSorted();

const sources = (readdirSync(renderer, { recursive: true }) as string[])
  .filter((name) => /\.tsx?$/.test(name) && !name.startsWith("i18n"))
  .map((name) => ({ name, text: readFileSync(join(renderer, name), "utf8") }));

describe.each(Object.entries(LANGUAGES))("the words in %s", (_code, { locale, load }) => {
  it("are there for every key of the original, with the same blanks, and for no other", async () => {
    const original = flat(en);
    const translated = flat(await load());
    expect([...translated.keys()].toSorted()).toEqual([...original.keys()].toSorted());
    const blanksOf = (words: Map<string, string[]>) =>
      Object.fromEntries([...words].map(([key, texts]) => [key, blanks(texts)]));
    expect(blanksOf(translated)).toEqual(blanksOf(original));
  });

  it("have the plural forms of the language", async () => {
    const forms = new Intl.PluralRules(locale).resolvedOptions().pluralCategories;
    const missing: string[] = [];
    const walk = (value: object, path: string): void => {
      for (const [name, below] of Object.entries(value)) {
        if (typeof below === "object") walk(below as object, `${path}${name}.`);
        const stem = /^(.*)_other$/.exec(name)?.[1];
        if (stem === undefined) continue;
        for (const form of forms) if (!Object.hasOwn(value, `${stem}_${form}`)) missing.push(`${path}${stem}_${form}`);
      }
    };
    walk(await load(), "");
    expect(missing).toEqual([]);
  });
});

/** Names, which every language writes as they are. */
const NAMES = /^(?:common:(?:product|productShort|wires\.\S+)|overview:bases\.\S+)$/;

describe.each(Object.entries(LANGUAGES).filter(([code]) => code !== "en"))("the words in %s", (_code, { load }) => {
  it("are translated", async () => {
    const original = flat(en);
    const same = [...flat(await load())].filter(([key, [text]]) => text === original.get(key)?.[0] && !NAMES.test(key));
    const isSentence = (text = ""): boolean => /[a-z]{3}.*\s.*[a-z]{3}/i.test(text.replaceAll(/\{\{\w+\}\}/g, ""));
    expect(same.filter(([, [text]]) => isSentence(text))).toEqual([]);
  });
});

describe("the words of the console", () => {
  it("are all used", () => {
    const code = sources.map(({ text }) => text).join("\n");
    // Keys that are put together at run time are known by their beginning.
    const starts = [...code.matchAll(/`([\w-]+:[\w.]*)\$\{/g)].map(([, start]) => start ?? "");
    const unused = [...flat(en).keys()].filter(
      (key) => !code.includes(`"${key}"`) && !starts.some((start) => start.includes(":") && key.startsWith(start)),
    );
    expect(unused).toEqual([]);
  });

  it("do not stand in the code", () => {
    const found = sources.flatMap(({ name, text }) =>
      [
        ...text.matchAll(
          />\s*([A-Za-z][A-Za-z ,.'’]{2,})\s*<\/|(?:aria-label|title|placeholder|label)="([^"]*[A-Za-z]{3}[^"]*)"/g,
        ),
      ]
        .map((match) => `${name}: ${match[1] ?? match[2]}`)
        .filter((said) => name.endsWith(".tsx") && !/: (?:CSV|PNG|JSON|YAML|URL|cURL)$/.test(said)),
    );
    expect(found).toEqual([]);
  });
});
