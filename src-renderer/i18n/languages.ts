import type { en } from "./en/index.ts";

/** The shape of every translation: the same keys, in other words; a language may have other plural forms. */
export type Words = { [Namespace in keyof typeof en]: object };

/** What the gateway says in English: sentences, and by their keys what its settings are for. */
export interface GatewayWords {
  said: Record<string, string>;
  abouts: Record<string, string>;
}

interface LanguageRow {
  name: string;
  locale: string;
  load: () => Promise<Words>;
  /** Null where the gateway speaks it by itself. */
  loadGatewayWords: (() => Promise<GatewayWords>) | null;
}

/** Loaded when somebody reads them. */
export const LANGUAGES = {
  en: {
    name: "English",
    locale: "en-US",
    load: () => import("./en/index.ts").then(({ en }) => en),
    loadGatewayWords: null,
  },
  zh: {
    name: "简体中文",
    locale: "zh-CN",
    load: () => import("./zh/index.ts").then(({ zh }) => zh),
    loadGatewayWords: () => import("./zh/said.ts").then(({ gatewayWords }) => gatewayWords),
  },
} satisfies Record<string, LanguageRow>;

export type Language = keyof typeof LANGUAGES;

export const isLanguage = (tag: string): tag is Language => Object.hasOwn(LANGUAGES, tag);
