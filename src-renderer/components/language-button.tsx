import { ActionIcon } from "@mantine/core";
import { isLanguage, LANGUAGES } from "../i18n/languages.ts";
import { changeLanguage, language, t } from "../i18n/t.ts";
import { Icon } from "./icon.tsx";
import { Tip } from "./tip.tsx";

/** Goes to the next of the languages, which are two. */
export function LanguageButton() {
  const codes = Object.keys(LANGUAGES).filter(isLanguage);
  const next = codes[(codes.indexOf(language()) + 1) % codes.length] ?? "en";
  const label = t("frame:language", { name: LANGUAGES[next].name });
  return (
    <Tip label={label}>
      <ActionIcon aria-label={label} onClick={() => void changeLanguage(next)}>
        <Icon name="language" />
      </ActionIcon>
    </Tip>
  );
}
