import "../../configuration/steer.css";
import "./providers.css";
import { Button } from "@mantine/core";
import { useMemo, useState } from "react";
import { useQuery } from "../../api/use-query.ts";
import { Empty } from "../../components/empty.tsx";
import { Notice } from "../../components/notice.tsx";
import { QueryState } from "../../components/query-state.tsx";
import { useConfiguration } from "../../configuration/use-configuration.ts";
import { bucketsOf, rangeOf } from "../../format/range.ts";
import { useHour } from "../../format/use-hour.ts";
import { t } from "../../i18n/t.ts";
import { AddProvider } from "./add-provider.tsx";
import { EditProvider } from "./edit-provider.tsx";
import { FoundKeys } from "./found-keys.tsx";
import { OriginalKeys } from "./original-keys.tsx";
import { isDefault, sendEverything, switchProvider } from "./provider-changes.ts";
import { type ListedProvider, listProviders } from "./provider-list.ts";
import { type ProviderDeeds, ProviderRows, type ProviderSurroundings } from "./provider-rows.tsx";
import { lockedProviders } from "./provider-tone.ts";
import { useDigitKeys } from "./use-digit-keys.ts";

export function ProvidersPage() {
  const query = useQuery("providers", (client) => client.call("listProviders"), { everyMs: 15_000 });
  const configuration = useConfiguration(query.reload);
  const { value, change } = configuration;
  const surroundings = useSurroundings();
  const [sheet, setSheet] = useState<{ kind: "add" } | { kind: "edit"; id: string } | null>(null);
  const close = (): void => setSheet(null);
  const list = query.value === null ? [] : listProviders(query.value, value);

  const locked = lockedProviders(query.value ?? []);
  const deeds: ProviderDeeds = {
    onUse: (id) => void change.run(sendEverything(value, id)),
    onSwitch: (provider, isOn) => void change.run(switchProvider(value, provider, isOn)),
    onEdit: (id) => setSheet({ kind: "edit", id }),
  };
  useDigitKeys((digit) => {
    const provider = list[digit - 1];
    if (provider?.isOn) deeds.onUse(provider.id);
  });
  const edited = sheet?.kind === "edit" ? list.find(({ id }) => id === sheet.id) : undefined;
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t("providers:title")}</h1>
        {list.length > 0 && <span className="soft small">{t("providers:count", { count: list.length })}</span>}
        <div className="page-tools">
          <Button variant="filled" onClick={() => setSheet({ kind: "add" })}>
            {t("providers:add")}
          </Button>
        </div>
      </header>
      {locked.length > 0 && <Notice tone="bad">{t("providers:locked", { providers: locked.join(", ") })}</Notice>}
      <section className="panel" aria-label={t("providers:list")}>
        <QueryState query={query} rows={6}>
          {() =>
            list.length === 0 ? (
              <NoProviders onAdd={() => setSheet({ kind: "add" })} />
            ) : (
              <ProviderTable list={list} configuration={configuration} surroundings={surroundings} deeds={deeds} />
            )
          }
        </QueryState>
      </section>
      {list.length > 0 && <p className="soft small providers-hint">{t("providers:hint")}</p>}
      <FoundKeys onMoved={query.reload} />
      {query.value?.some(({ credential }) => credential?.startsWith("secret:")) && <OriginalKeys />}
      <AddProvider isOpen={sheet?.kind === "add"} onClose={close} taken={list.map(({ id }) => id)} {...configuration} />
      <EditProvider provider={edited} onClose={close} {...configuration} />
    </div>
  );
}

/** What the gateway knows of providers besides their configuration; the list does not wait for it. */
function useSurroundings(): ProviderSurroundings {
  const hourMs = useHour();
  const { week, hours } = useMemo(() => ({ week: rangeOf("7d", hourMs), hours: rangeOf("24h", hourMs) }), [hourMs]);
  const every = { everyMs: 60_000 };
  const sums = useQuery(
    `by provider ${week.fromUs} ${week.toUs}`,
    (client) => client.call("usageBreakdown", { query: { groupBy: "provider", fromUs: week.fromUs, toUs: week.toUs } }),
    every,
  );
  const startsUs = bucketsOf(hours).join();
  const day = useQuery(
    `strips ${startsUs}`,
    (client) => client.call("usageSeries", { query: { groupBy: "provider", startsUs, toUs: hours.toUs, limit: 20 } }),
    every,
  );
  const health = useQuery("health", (client) => client.call("listHealth"), every);
  return { week: sums.value, day: day.value, health: health.value };
}

function NoProviders({ onAdd }: { onAdd: () => void }) {
  return (
    <Empty title={t("providers:emptyTitle")}>
      <p>{t("providers:emptyText")}</p>
      <Button variant="filled" onClick={onAdd}>
        {t("providers:add")}
      </Button>
    </Empty>
  );
}

function ProviderTable({
  list,
  configuration: { value },
  surroundings,
  deeds,
}: {
  list: ListedProvider[];
  configuration: ReturnType<typeof useConfiguration>;
  surroundings: ProviderSurroundings;
  deeds: ProviderDeeds;
}) {
  return (
    <table className="providers">
      <thead>
        <tr>
          <th scope="col">{t("providers:columns.provider")}</th>
          <th scope="col" className="provider-wires">
            {t("providers:columns.wires")}
          </th>
          <th scope="col">{t("providers:columns.credential")}</th>
          <th scope="col" className="number provider-week">
            {t("providers:columns.week")}
          </th>
          <th scope="col" className="provider-use">
            {t("providers:columns.use")}
          </th>
          <th scope="col" className="provider-check">
            {t("providers:columns.on")}
          </th>
        </tr>
      </thead>
      {list.map((provider, place) => (
        <ProviderRows
          key={provider.id}
          provider={provider}
          place={place + 1}
          isUsed={isDefault(value, provider.id)}
          usedFor={Object.entries(value.defaults).flatMap(([wire, names]) =>
            wire !== "*" && names[0] === provider.id ? [wire] : [],
          )}
          surroundings={surroundings}
          deeds={deeds}
        />
      ))}
    </table>
  );
}
