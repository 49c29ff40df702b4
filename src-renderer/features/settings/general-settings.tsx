import { SegmentedControl, useMantineColorScheme } from "@mantine/core";
import { useSyncExternalStore } from "react";
import { isLanguage, LANGUAGES } from "../../i18n/languages.ts";
import { changeLanguage, language, t } from "../../i18n/t.ts";
import { AppPreferences } from "./app-preferences.tsx";

const THEMES = ["auto", "light", "dark"] as const;
const reducedMotion = (): MediaQueryList => matchMedia("(prefers-reduced-motion: reduce)");

/** What this browser remembers for itself. */
export function GeneralSettings() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const isReduced = useSyncExternalStore(onMotionChange, () => reducedMotion().matches);
  return (
    <>
      <section className="panel panel-body" aria-label={t("settings:parts.general")}>
        <dl className="facts-list settings-choices">
          <div>
            <dt>{t("settings:language")}</dt>
            <dd>
              <SegmentedControl
                size="xs"
                aria-label={t("settings:language")}
                value={language()}
                onChange={(code) => isLanguage(code) && void changeLanguage(code)}
                data={Object.entries(LANGUAGES).map(([value, { name }]) => ({ value, label: name }))}
              />
            </dd>
          </div>
          <div>
            <dt>{t("settings:theme")}</dt>
            <dd>
              <SegmentedControl
                size="xs"
                aria-label={t("settings:theme")}
                value={colorScheme}
                onChange={(scheme) => setColorScheme(THEMES.find((each) => each === scheme) ?? "auto")}
                data={THEMES.map((value) => ({ value, label: t(`settings:themes.${value}`) }))}
              />
            </dd>
          </div>
          <div>
            <dt>{t("settings:motion")}</dt>
            <dd>{t(isReduced ? "settings:motionReduced" : "settings:motionFull")}</dd>
          </div>
        </dl>
      </section>
      <AppPreferences />
    </>
  );
}

function onMotionChange(listener: () => void): () => void {
  const query = reducedMotion();
  query.addEventListener("change", listener);
  return () => query.removeEventListener("change", listener);
}
