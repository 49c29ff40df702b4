import { t } from "../../i18n/t.ts";

/** Why nobody is asked for updates, in the language of the console; the gateway says it in English. */
export function whyNobody(because: string | null): string {
  const [, name = "", how] = /^(\w+) is (not set|set|false)$/.exec(because ?? "") ?? [];
  if (how === "not set") return t("settings:why.notSet", { name });
  if (how === "set") return t("settings:why.set", { name });
  if (how === "false") return t("settings:why.off", { name });
  return because ?? "";
}
