/**
 * All words of the console, in the language that was chosen. The words are data, one file a page and language: `en/` is
 * the original, every other language has the same keys. A change of language draws the whole tree anew (see app.tsx), so
 * that `t` can be called anywhere, also where nothing is a component.
 */
import i18next from "i18next";
import type { en } from "./en/index.ts";
import { isLanguage, LANGUAGES, type Language } from "./languages.ts";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "common";
    resources: typeof en;
  }
}

const STORED = "tokligence.language";

export const t = i18next.t;

export const language = (): Language => (isLanguage(i18next.language) ? i18next.language : "en");

/** Before the first word is shown. */
export async function startLanguage(): Promise<void> {
  const first =
    storedLanguage() ?? (navigator.languages.map((tag) => tag.split("-")[0] ?? "").find(isLanguage) || "en");
  await i18next.init({
    lng: first,
    fallbackLng: false,
    defaultNS: "common",
    // React escapes what it draws.
    interpolation: { escapeValue: false },
    resources: { [first]: await LANGUAGES[first].load() },
  });
  document.documentElement.lang = LANGUAGES[first].locale;
}

export async function changeLanguage(to: Language): Promise<void> {
  for (const [namespace, words] of Object.entries(await LANGUAGES[to].load())) {
    i18next.addResourceBundle(to, namespace, words);
  }
  localStorage.setItem(STORED, to);
  document.documentElement.lang = LANGUAGES[to].locale;
  await i18next.changeLanguage(to);
}

/** Called after each change; the answer ends it. */
export function onLanguageChange(listener: () => void): () => void {
  i18next.on("languageChanged", listener);
  return () => i18next.off("languageChanged", listener);
}

/** Follows what is chosen in another window of the same console. */
export function followLanguage(): void {
  window.addEventListener("storage", ({ key, newValue }) => {
    const to = newValue ?? "";
    if (key === STORED && isLanguage(to) && to !== language()) void changeLanguage(to);
  });
}

function storedLanguage(): Language | null {
  const stored = localStorage.getItem(STORED) ?? "";
  return isLanguage(stored) ? stored : null;
}
