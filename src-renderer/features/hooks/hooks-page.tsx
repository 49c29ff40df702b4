import "./hooks.css";
import { Link } from "wouter";
import { useQuery } from "../../api/use-query.ts";
import { Empty } from "../../components/empty.tsx";
import { QueryState } from "../../components/query-state.tsx";
import { Snippet } from "../../components/snippet.tsx";
import { t } from "../../i18n/t.ts";
import { DeliveryList } from "./delivery-list.tsx";
import { HookList } from "./hook-list.tsx";

const REFRESH_MS = 10_000;

const EXAMPLE = `hooks:
  - name: on-call
    events: [gateway.provider.*, gateway.budget.exhausted]
    webhook: https://alerts.example.com/tokligence
    secret: env:HOOK_SECRET`;

export function HooksPage() {
  const hooks = useQuery("hooks", (client) => client.call("listHooks"), { everyMs: REFRESH_MS });
  const isUnused = hooks.value?.length === 0;
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t("hooks:title")}</h1>
      </header>
      <div className="stack">
        <section className="panel" aria-label={t("hooks:title")}>
          <QueryState query={hooks} rows={3}>
            {(list) =>
              isUnused ? (
                <>
                  <Empty title={t("hooks:emptyTitle")}>
                    <p>{t("hooks:emptyText")}</p>
                  </Empty>
                  <div className="panel-body">
                    <Snippet value={EXAMPLE} thing={t("hooks:example")} />
                  </div>
                </>
              ) : (
                <HookList hooks={list} onChanged={hooks.reload} />
              )
            }
          </QueryState>
        </section>
        {hooks.value !== null && !isUnused && <DeliveryList hooks={hooks.value} onChanged={hooks.reload} />}
        <p className="soft small">
          {t("hooks:where")} <Link href="/routing?view=yaml">{t("budgets:toYaml")}</Link>
        </p>
      </div>
    </div>
  );
}
