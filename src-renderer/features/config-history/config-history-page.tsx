import "../../configuration/steer.css";
import "./config-history.css";
import { Button } from "@mantine/core";
import { useState } from "react";
import { useSearchParams } from "wouter";
import type { RevisionView } from "../../../src-gateway/admin-api/contract/configuration-schemas.ts";
import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { useAction } from "../../api/use-action.ts";
import { useQuery } from "../../api/use-query.ts";
import { Empty } from "../../components/empty.tsx";
import { Notice } from "../../components/notice.tsx";
import { QueryState } from "../../components/query-state.tsx";
import { t } from "../../i18n/t.ts";
import { RevisionDiff } from "./revision-diff.tsx";
import { RevisionRow } from "./revision-row.tsx";
import { RollbackSheet } from "./rollback-sheet.tsx";

/** Every version of the configuration that was in force, what differs, and the way back. */
export function ConfigHistoryPage() {
  const query = useQuery("revisions", (client) => client.call("listConfigRevisions", { query: { limit: 50 } }));
  const older = useOlder(query.value);
  const [search, setSearch] = useSearchParams();
  const [backTo, setBackTo] = useState<RevisionView | null>(null);
  const revisions = [...(query.value?.items ?? []), ...older.items];
  const newest = revisions[0];
  const to = Number(search.get("to")) || null;
  const from = Number(search.get("from")) || null;
  const compare = (left: number, right: number): void =>
    setSearch({ from: String(left), to: String(right) }, { replace: true });
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t("config-history:title")}</h1>
      </header>
      <div className="stack">
        <section className="panel" aria-label={t("config-history:revisions")}>
          <QueryState query={query} rows={8}>
            {() =>
              newest === undefined ? (
                <Empty title={t("config-history:empty")}>
                  <p>{t("config-history:emptyText")}</p>
                </Empty>
              ) : (
                <ol className="revisions">
                  {revisions.map((revision, place) => (
                    <RevisionRow
                      key={revision.id}
                      revision={revision}
                      isNewest={place === 0}
                      earlier={revisions[place + 1]?.id ?? null}
                      shown={{ from, to }}
                      onCompare={(left) => compare(left, left === revision.id ? newest.id : revision.id)}
                      onRollback={() => setBackTo(revision)}
                    />
                  ))}
                </ol>
              )
            }
          </QueryState>
          {older.cursor !== null && (
            <div className="panel-body">
              <Button loading={older.isRunning} onClick={older.read}>
                {t("config-history:more")}
              </Button>
            </div>
          )}
          {older.problem !== null && <Notice tone="bad">{older.problem}</Notice>}
        </section>
        {from !== null && to !== null && <RevisionDiff from={from} to={to} />}
      </div>
      <RollbackSheet revision={backTo} newest={newest ?? null} onClose={() => setBackTo(null)} onDone={query.reload} />
    </div>
  );
}

/** The pages behind the first one, as far as they were asked for. */
function useOlder(first: ReplyOf<"listConfigRevisions"> | null) {
  const [pages, setPages] = useState<{ of: unknown; items: RevisionView[]; cursor: string | null } | null>(null);
  const own = pages !== null && pages.of === first ? pages : null;
  const cursor = own === null ? (first?.nextCursor ?? null) : own.cursor;
  const action = useAction((client, at: string) =>
    client.call("listConfigRevisions", { query: { limit: 50, cursor: at } }),
  );
  const read = (): void => {
    if (cursor === null) return;
    void action.run(cursor).then((page) => {
      if (page !== null)
        setPages({ of: first, items: [...(own?.items ?? []), ...page.items], cursor: page.nextCursor });
    });
  };
  return { items: own?.items ?? [], cursor, read, isRunning: action.isRunning, problem: action.problem };
}
