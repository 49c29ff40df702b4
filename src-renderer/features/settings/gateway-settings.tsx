import { Button } from "@mantine/core";
import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { useAction } from "../../api/use-action.ts";
import { useQuery } from "../../api/use-query.ts";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { Empty } from "../../components/empty.tsx";
import { Notice } from "../../components/notice.tsx";
import { QueryState } from "../../components/query-state.tsx";
import { SearchInput } from "../../components/search-input.tsx";
import { showToast } from "../../components/toasts.tsx";
import { useAddress } from "../../components/use-address.ts";
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
  const fits = ({ key, value, source }: Setting): boolean =>
    `${key} ${value} ${source}`.toLowerCase().includes(words.toLowerCase());
  return (
    <QueryState query={config} rows={10}>
      {({ settings, file, problem }) => (
        <div className="stack">
          {problem !== null && <Notice tone="warn">{problem}</Notice>}
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
              <DataTable
                label={t("settings:parts.gateway")}
                columns={columns()}
                rows={settings.filter(fits)}
                keyOf={({ key }) => key}
              />
            ) : (
              <Empty title={t("settings:noMatch")} />
            )}
          </section>
        </div>
      )}
    </QueryState>
  );
}

const columns = (): Column<Setting>[] => [
  { id: "key", header: t("settings:setting"), cell: ({ key }) => <code>{key}</code> },
  {
    id: "value",
    header: t("settings:value"),
    cell: ({ value }) => (
      <span className="cut settings-value mono" title={value}>
        {value === "" ? "–" : value}
      </span>
    ),
  },
  { id: "source", header: t("settings:source"), cell: ({ source }) => source, isMinor: true },
];
