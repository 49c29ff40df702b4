import { Button } from "@mantine/core";
import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { useAction } from "../../api/use-action.ts";
import { useQuery } from "../../api/use-query.ts";
import { Empty } from "../../components/empty.tsx";
import { Notice } from "../../components/notice.tsx";
import { QueryState } from "../../components/query-state.tsx";
import { SearchInput } from "../../components/search-input.tsx";
import { showToast } from "../../components/toasts.tsx";
import { useAddress } from "../../components/use-address.ts";
import { aboutSetting, said } from "../../i18n/gateway-words.ts";
import { t } from "../../i18n/t.ts";

type Setting = ReplyOf<"getConfig">["settings"][number];

/** Every setting that is in force, and where it comes from; the gateway hides secrets before it answers. */
export function GatewaySettings() {
  const address = useAddress();
  const words = address.get("words") ?? "";
  const config = useQuery("config", (client) => client.call("getConfig"));
  const reading = useAction((client) => client.call("reloadConfig"));
  const readAnew = async (): Promise<void> => {
    if ((await reading.run(undefined)) === null) return;
    showToast({ text: t("settings:reloaded"), tone: "good" });
    config.reload();
  };
  const fits = ({ key, value, source, about, env }: Setting): boolean =>
    `${key} ${value} ${source} ${about} ${aboutSetting(key, about)} ${env ?? ""}`
      .toLowerCase()
      .includes(words.toLowerCase());
  return (
    <QueryState query={config} rows={10}>
      {({ settings, file, problem }) => (
        <div className="stack">
          {problem !== null && <Notice tone="warn">{said(problem)}</Notice>}
          {reading.problem !== null && <Notice tone="bad">{reading.problem}</Notice>}
          <div className="settings-bar">
            <SearchInput label={t("settings:search")} words={words} onSearch={(next) => address.set({ words: next })} />
            <span className="soft small">
              {file === null ? t("settings:noFile") : t("settings:fileIs", { file })} {t("settings:howToChange")}
            </span>
            <Button loading={reading.isRunning} onClick={() => void readAnew()}>
              {t("settings:reload")}
            </Button>
          </div>
          <section className="panel tall-table">
            {settings.some(fits) ? (
              <SettingTable settings={settings.filter(fits)} />
            ) : (
              <Empty title={t("settings:noMatch")} />
            )}
          </section>
        </div>
      )}
    </QueryState>
  );
}

/** Rows as high as what they say, so no list that draws only what is seen. */
function SettingTable({ settings }: { settings: Setting[] }) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrollable regions need a tab stop
    <section className="table-scroll" tabIndex={0} aria-label={t("settings:parts.gateway")}>
      <table className="table setting-table">
        <thead>
          <tr>
            <th scope="col">{t("settings:setting")}</th>
            <th scope="col">{t("settings:value")}</th>
            <th scope="col" className="is-minor">
              {t("settings:source")}
            </th>
          </tr>
        </thead>
        <tbody>
          {settings.map((setting) => (
            <SettingLine key={setting.key} setting={setting} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function SettingLine({ setting: { key, env, about, value, standard, source } }: { setting: Setting }) {
  // What nobody set is told in words.
  const shown = source === "default" ? plain(said(value)) : value;
  return (
    <tr>
      <td>
        <code title={env ?? undefined}>{key}</code>
        {about !== "" && <p className="soft small">{plain(aboutSetting(key, about))}</p>}
      </td>
      <td>
        <span className="cut settings-value mono" title={shown}>
          {shown === "" ? "–" : shown}
        </span>
        {standard !== null && standard !== value && (
          <p className="soft small cut settings-value" title={said(standard)}>
            {t("settings:standard", { standard: plain(said(standard)) })}
          </p>
        )}
      </td>
      <td className="is-minor">{said(source)}</td>
    </tr>
  );
}

/** It is written for the documentation, with its marks of code and its links. */
const plain = (text: string): string => text.replaceAll("`", "").replaceAll(/\[([^\]]+)\]\([^)]*\)/g, "$1");
