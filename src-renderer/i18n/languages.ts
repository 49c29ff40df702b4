import type { en } from "./en/index.ts";

/** The shape of every translation: the same keys, in other words; a language may have other plural forms. */
export type Words = { [Namespace in keyof typeof en]: object };

/** Loaded when somebody reads them. */
export const LANGUAGES = {
  en: { name: "English", locale: "en-US", load: (): Promise<Words> => import("./en/index.ts").then(({ en }) => en) },
  zh: { name: "简体中文", locale: "zh-CN", load: (): Promise<Words> => import("./zh/index.ts").then(({ zh }) => zh) },
};

export type Language = keyof typeof LANGUAGES;

export const isLanguage = (tag: string): tag is Language => Object.hasOwn(LANGUAGES, tag);
