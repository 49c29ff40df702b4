import "./requests.css";
import "./details.css";
import { Button } from "@mantine/core";
import { useCallback, useState } from "react";
import { Link, useLocation, useParams } from "wouter";
import { useLiveExchanges } from "../../api/live-exchanges.ts";
import { Empty } from "../../components/empty.tsx";
import { QueryState } from "../../components/query-state.tsx";
import { formatCount } from "../../format/numbers.ts";
import { t } from "../../i18n/t.ts";
import { RequestDetails } from "./request-details.tsx";
import { RequestFilters } from "./request-filters.tsx";
import { RequestList } from "./request-list.tsx";
import { type Exchange, matchesSearch } from "./request-rows.ts";
import { useAddressFilter } from "./use-address-filter.ts";
import { useRequestRows } from "./use-request-rows.ts";

/** A search reads on by itself until it has found a screenful, or has looked through so many. */
const SEARCH_AT_ONCE = 2_000;
const SCREENFUL = 50;

export function RequestsPage() {
  const { id: selectedId = null } = useParams<{ id?: string }>();
  const [, navigate] = useLocation();
  const { filter, search, isFiltered, setFilter, setSearch, clear } = useAddressFilter();
  const [isLive, setLive] = useState(true);
  const requests = useRequestRows(filter);
  useLiveExchanges(isLive, { onExchanges: requests.add, onOpen: requests.reload });

  const { rows, hasOlder, isLoading, loadOlder } = requests;
  const found = rows?.filter((row) => matchesSearch(row, search)) ?? [];
  const readsOn = search === "" || (found.length < SCREENFUL && (rows?.length ?? 0) < SEARCH_AT_ONCE);
  const select = useCallback(
    (requestId: string | null) =>
      // With the filter: a list that changes under the selection could not be stepped through.
      navigate(`/requests${requestId === null ? "" : `/${requestId}`}${location.search}`, { replace: true }),
    [navigate],
  );
  return (
    <div className="requests" data-selected={selectedId !== null}>
      <header className="requests-head">
        <h1>{t("requests:title")}</h1>
        <RequestFilters {...{ filter, search, isLive }} onFilter={setFilter} onSearch={setSearch} onLive={setLive} />
      </header>
      <div className="requests-list-side">
        <QueryState query={{ value: rows, problem: requests.problem, reload: requests.reload }} rows={12}>
          {(all) =>
            found.length === 0 && !(isLoading && readsOn) ? (
              <NothingFound isFiltered={isFiltered && (all.length > 0 || search === "")} onClear={clear} />
            ) : (
              <RequestList
                rows={found}
                selectedId={selectedId}
                onSelect={select}
                onNearEnd={readsOn ? loadOlder : nothing}
              />
            )
          }
        </QueryState>
        <output className="requests-foot small soft">
          {search !== "" && rows !== null && hasOlder && !readsOn ? (
            <>
              {t("requests:searched", { shown: formatCount(rows.length) })}{" "}
              <Button onClick={loadOlder}>{t("requests:searchOlder")}</Button>
            </>
          ) : isLoading && rows !== null ? (
            t("requests:loadingMore")
          ) : (
            found.length > 0 && t("requests:keys")
          )}
        </output>
      </div>
      {selectedId !== null && (
        <RequestDetails
          key={selectedId}
          requestId={selectedId}
          known={knownRow(rows, selectedId)}
          onClose={() => select(null)}
        />
      )}
    </div>
  );
}

const nothing = (): void => {};

const knownRow = (rows: Exchange[] | null, requestId: string): Exchange | null =>
  rows?.find((row) => row.requestId === requestId) ?? null;

function NothingFound({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }) {
  if (!isFiltered) {
    return (
      <Empty title={t("requests:emptyTitle")}>
        <p>{t("requests:emptyText")}</p>
        <Link href="/">{t("requests:toFirst")}</Link>
      </Empty>
    );
  }
  return (
    <Empty title={t("requests:noMatch")}>
      <Button onClick={onClear}>{t("requests:clear")}</Button>
    </Empty>
  );
}
