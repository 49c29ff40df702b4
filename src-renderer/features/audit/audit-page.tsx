import "../../styles/forms.css";
import "./audit.css";
import { Button, UnstyledButton } from "@mantine/core";
import { type Column, DataTable } from "../../components/data-table.tsx";
import { Empty } from "../../components/empty.tsx";
import { Notice } from "../../components/notice.tsx";
import { QueryState } from "../../components/query-state.tsx";
import { Sheet } from "../../components/sheet.tsx";
import { useAddress } from "../../components/use-address.ts";
import { formatMoment } from "../../format/times.ts";
import { useDay } from "../../format/use-day.ts";
import { t } from "../../i18n/t.ts";
import { ActDetails, actorOf, targetOf } from "./act-details.tsx";
import { type Act, type ActFilter, FILTER_KEYS } from "./act-types.ts";
import { AuditFilters } from "./audit-filters.tsx";
import { AuditTools } from "./audit-tools.tsx";
import { useActs } from "./use-acts.ts";

/** What administrators did. */
export function AuditPage() {
  const address = useAddress();
  const dayMs = useDay();
  const filter: ActFilter = Object.fromEntries(
    FILTER_KEYS.flatMap((key) => {
      const value = address.get(key);
      return value === null ? [] : [[key, value]];
    }),
  );
  const acts = useActs(filter);
  const chosen = acts.rows.find(({ id }) => String(id) === address.get("act"));
  const clear = (): void => address.set(Object.fromEntries(FILTER_KEYS.map((key) => [key, null])));
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t("audit:title")}</h1>
        <AuditTools filter={filter} />
      </header>
      <AuditFilters filter={filter} onChange={address.set} />
      <section className="panel tall-table">
        <QueryState query={acts.first} rows={10}>
          {() =>
            acts.rows.length === 0 ? (
              <Empty title={t(Object.keys(filter).length > 0 ? "audit:noMatch" : "audit:empty")}>
                {Object.keys(filter).length > 0 && <Button onClick={clear}>{t("kit:clear")}</Button>}
              </Empty>
            ) : (
              <DataTable
                label={t("audit:title")}
                columns={columnsFor(dayMs, ({ id }) => address.set({ act: String(id) }))}
                rows={acts.rows}
                keyOf={({ id }) => id}
              />
            )
          }
        </QueryState>
        {acts.problem !== null && <Notice tone="bad">{acts.problem}</Notice>}
        {acts.hasOlder && (
          <div className="table-note">
            <Button loading={acts.isReading} onClick={() => void acts.readOlder()}>
              {t("audit:older")}
            </Button>
          </div>
        )}
      </section>
      <Sheet
        title={chosen === undefined ? "" : chosen.action}
        isOpen={chosen !== undefined}
        onClose={() => address.set({ act: null })}
        isWide
      >
        {chosen !== undefined && <ActDetails act={chosen} />}
      </Sheet>
    </div>
  );
}

function columnsFor(dayMs: number, onOpen: (act: Act) => void): Column<Act>[] {
  return [
    { id: "at", header: t("audit:when"), cell: ({ atUs }) => formatMoment(atUs, dayMs) },
    {
      id: "action",
      header: t("audit:action"),
      cell: (act) => (
        <UnstyledButton className="row-button cut mono" onClick={() => onOpen(act)}>
          {act.action}
        </UnstyledButton>
      ),
    },
    { id: "target", header: t("audit:target"), cell: (act) => <span className="cut audit-cell">{targetOf(act)}</span> },
    { id: "actor", header: t("audit:actor"), cell: (act) => <span className="cut audit-cell">{actorOf(act)}</span> },
    { id: "via", header: t("audit:via"), cell: ({ actor }) => t(`audit:ways.${actor.via}`), isMinor: true },
    { id: "address", header: t("audit:address"), cell: ({ address }) => address ?? "–", isMinor: true },
    { id: "id", header: t("audit:place"), cell: ({ id }) => id, isNumber: true, isMinor: true },
  ];
}
