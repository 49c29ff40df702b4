import { CloseButton, Select, Switch, TextInput } from "@mantine/core";
import { useState } from "react";
import type { AdminClient } from "../../../src-gateway/admin-api/contract/client.ts";
import { useQuery } from "../../api/use-query.ts";
import { Icon } from "../../components/icon.tsx";
import { Tip } from "../../components/tip.tsx";
import { t } from "../../i18n/t.ts";
import type { RequestFilter } from "./request-rows.ts";

export interface RequestFiltersProps {
  filter: RequestFilter;
  search: string;
  isLive: boolean;
  onFilter: (filter: RequestFilter) => void;
  onSearch: (search: string) => void;
  onLive: (isLive: boolean) => void;
}

export function RequestFilters({ filter, search, isLive, onFilter, onSearch, onLive }: RequestFiltersProps) {
  const providers = useQuery("used providers", (client) => usedNames(client, "provider"));
  const models = useQuery("used models", (client) => usedNames(client, "model"));
  return (
    <search className="filters">
      <TextInput
        className="filter-search"
        aria-label={t("requests:search")}
        title={t("requests:searchHint")}
        placeholder={t("requests:search")}
        leftSection={<Icon name="search" size={14} />}
        rightSection={
          search === "" ? null : <CloseButton size="xs" aria-label={t("requests:clear")} onClick={() => onSearch("")} />
        }
        value={search}
        onChange={(event) => onSearch(event.currentTarget.value)}
      />
      <SaidInput key={filter.said ?? ""} said={filter.said} onSaid={(said) => onFilter({ ...filter, said })} />
      <Select
        className="filter-choice"
        aria-label={t("requests:provider")}
        placeholder={t("requests:allProviders")}
        data={withCurrent(providers.value, filter.provider)}
        value={filter.provider}
        onChange={(provider) => onFilter({ ...filter, provider })}
        clearable
        searchable
      />
      <Select
        className="filter-choice"
        aria-label={t("requests:model")}
        placeholder={t("requests:allModels")}
        data={withCurrent(models.value, filter.model)}
        value={filter.model}
        onChange={(model) => onFilter({ ...filter, model })}
        clearable
        searchable
        comboboxProps={{ width: 280, position: "bottom-start" }}
      />
      <Switch
        label={t("requests:failedOnly")}
        checked={filter.failedOnly}
        onChange={(event) => onFilter({ ...filter, failedOnly: event.currentTarget.checked })}
      />
      <Tip label={t("requests:liveHint")}>
        <Switch
          className="filter-live"
          label={t("requests:live")}
          checked={isLive}
          onChange={(event) => onLive(event.currentTarget.checked)}
        />
      </Tip>
    </search>
  );
}

/** Asks the gateway when the person has typed to the end: every key would be a search through all that was said. */
function SaidInput({ said, onSaid }: { said: string | null; onSaid: (said: string | null) => void }) {
  const [words, setWords] = useState(said ?? "");
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSaid(words.trim() === "" ? null : words.trim());
      }}
    >
      <TextInput
        className="filter-said"
        aria-label={t("requests:said")}
        title={t("requests:saidHint")}
        placeholder={t("requests:said")}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
        rightSection={
          said === null ? null : <CloseButton size="xs" aria-label={t("requests:clear")} onClick={() => onSaid(null)} />
        }
      />
    </form>
  );
}

/** What was used at all, the most used first. */
async function usedNames(client: AdminClient, groupBy: "provider" | "model"): Promise<string[]> {
  const groups = await client.call("usageBreakdown", { query: { groupBy } });
  const named = groups.toSorted((a, b) => b.requests - a.requests).flatMap(({ group }) => (group ? [group] : []));
  return [...new Set(named)];
}

const withCurrent = (names: string[] | null, current: string | null): string[] => [
  ...new Set([...(names ?? []), ...(current === null ? [] : [current])]),
];
