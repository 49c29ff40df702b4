import { Button, SegmentedControl, Switch, TextInput } from "@mantine/core";
import { useEffect, useState } from "react";
import type { DesktopBridge } from "../../../src-main/preload.ts";
import { desktop } from "../../api/desktop.ts";
import { Notice } from "../../components/notice.tsx";
import { t } from "../../i18n/t.ts";

type Preferences = Awaited<ReturnType<DesktopBridge["getPreferences"]>>;
type Changes = Parameters<DesktopBridge["setPreferences"]>[0];

/** In Electron's notation. */
const EXAMPLE = "CommandOrControl+Shift+G";
const TITLES = ["none", "spend", "budget", "tokens"] as const;

/** What the person chose about the app around this page; nothing in a browser. */
export function AppPreferences() {
  const bridge = desktop();
  const [kept, setKept] = useState<Preferences | null>(null);
  useEffect(() => {
    void bridge?.getPreferences().then(setKept);
  }, [bridge]);
  if (bridge === null || kept === null) return null;
  const change = (changes: Changes): void =>
    void bridge
      .setPreferences(changes)
      .then(setKept, (error: unknown) =>
        setKept({ ...kept, problem: error instanceof Error ? error.message : String(error) }),
      );
  return (
    <section className="panel panel-body" aria-label={t("settings:app.title")}>
      <dl className="facts-list settings-choices">
        <Toggle
          label={t("settings:app.openAtLogin")}
          isOn={kept.openAtLogin}
          onChange={(openAtLogin) => change({ openAtLogin })}
        />
        <Toggle
          label={t("settings:app.startHidden")}
          isOn={kept.startHidden}
          onChange={(startHidden) => change({ startHidden })}
        />
        <div>
          <dt>{t("settings:app.trayTitle")}</dt>
          <dd>
            <SegmentedControl
              size="xs"
              aria-label={t("settings:app.trayTitle")}
              value={kept.trayTitle}
              onChange={(title) => change({ trayTitle: TITLES.find((each) => each === title) ?? "none" })}
              data={TITLES.map((value) => ({ value, label: t(`settings:app.trayTitles.${value}`) }))}
            />
          </dd>
        </div>
        <div>
          <dt>{t("settings:app.shortcut")}</dt>
          <dd>
            <Shortcut kept={kept.shortcut} onKeep={(shortcut) => change({ shortcut })} />
          </dd>
        </div>
      </dl>
      {kept.problem !== null && <Notice tone="warn">{kept.problem}</Notice>}
    </section>
  );
}

function Toggle({ label, isOn, onChange }: { label: string; isOn: boolean; onChange: (isOn: boolean) => void }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <Switch aria-label={label} checked={isOn} onChange={(event) => onChange(event.currentTarget.checked)} />
      </dd>
    </div>
  );
}

function Shortcut({ kept, onKeep }: { kept: string | null; onKeep: (shortcut: string | null) => void }) {
  const [text, setText] = useState(kept ?? "");
  const wanted = text.trim();
  return (
    <form
      className="found-head"
      onSubmit={(event) => {
        event.preventDefault();
        onKeep(wanted === "" ? null : wanted);
      }}
    >
      <TextInput
        size="xs"
        aria-label={t("settings:app.shortcut")}
        placeholder={EXAMPLE}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Button size="xs" type="submit" disabled={wanted === (kept ?? "")}>
        {t("settings:app.keep")}
      </Button>
    </form>
  );
}
