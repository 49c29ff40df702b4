import { LANGUAGES } from "./languages.ts";
import { language } from "./t.ts";

/** What depends on the language and is dear to make: made once for each language that is shown. */
export function byLocale<Value>(make: (locale: string) => Value): () => Value {
  const made = new Map<string, Value>();
  return () => {
    const { locale } = LANGUAGES[language()];
    const known = made.get(locale);
    if (known !== undefined) return known;
    const value = make(locale);
    made.set(locale, value);
    return value;
  };
}
