import "./providers.css";
import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { useQuery } from "../../api/use-query.ts";
import { Empty } from "../../components/empty.tsx";
import { QueryState } from "../../components/query-state.tsx";
import { t } from "../../i18n/t.ts";
import { ProviderRows } from "./provider-rows.tsx";

export function ProvidersPage() {
  const query = useQuery("providers", (client) => client.call("listProviders"), { everyMs: 15_000 });
  const count = query.value?.length ?? 0;
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t("providers:title")}</h1>
        {count > 0 && <span className="soft small">{t("providers:count", { count })}</span>}
      </header>
      <section className="panel" aria-label={t("providers:list")}>
        <QueryState query={query} rows={6}>
          {(providers) => (providers.length === 0 ? <NoProviders /> : <ProviderTable providers={providers} />)}
        </QueryState>
      </section>
    </div>
  );
}

function NoProviders() {
  return (
    <Empty title={t("providers:emptyTitle")}>
      <p>{t("providers:emptyText")}</p>
    </Empty>
  );
}

function ProviderTable({ providers }: { providers: ReplyOf<"listProviders"> }) {
  return (
    <table className="providers">
      <thead>
        <tr>
          <th scope="col">{t("providers:columns.provider")}</th>
          <th scope="col">{t("providers:columns.wires")}</th>
          <th scope="col">{t("providers:columns.credential")}</th>
          <th scope="col" className="number provider-models">
            {t("providers:columns.models")}
          </th>
          <th scope="col" className="provider-check">
            {t("providers:columns.health")}
          </th>
        </tr>
      </thead>
      {providers.map((provider) => (
        <ProviderRows key={provider.id} provider={provider} />
      ))}
    </table>
  );
}
