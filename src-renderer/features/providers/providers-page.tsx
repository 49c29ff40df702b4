import "./providers.css";
import { useQuery } from "../../api/use-query.ts";
import { Empty } from "../../components/empty.tsx";
import { QueryState } from "../../components/query-state.tsx";
import { text } from "../../i18n/text.ts";
import { ProviderRow } from "./provider-row.tsx";

export function ProvidersPage() {
  const query = useQuery("providers", (client) => client.call("listProviders"), { everyMs: 15_000 });
  const { columns } = text.providers;
  return (
    <div className="page">
      <header className="page-head">
        <h1>{text.providers.title}</h1>
        {query.value && query.value.length > 0 && (
          <span className="soft small">{text.providers.count(query.value.length)}</span>
        )}
      </header>
      <section className="panel" aria-label={text.providers.list}>
        <QueryState query={query} rows={6}>
          {(providers) =>
            providers.length === 0 ? (
              <Empty title={text.providers.emptyTitle}>
                <p>{text.providers.emptyText}</p>
              </Empty>
            ) : (
              <table className="providers">
                <thead>
                  <tr>
                    <th scope="col">{columns.provider}</th>
                    <th scope="col">{columns.wires}</th>
                    <th scope="col">{columns.credential}</th>
                    <th scope="col" className="number">
                      {columns.models}
                    </th>
                    <th scope="col" className="provider-where">
                      {columns.where}
                    </th>
                    <th scope="col" className="number">
                      {columns.health}
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {providers.map((provider) => (
                    <ProviderRow key={provider.id} provider={provider} />
                  ))}
                </tbody>
              </table>
            )
          }
        </QueryState>
      </section>
    </div>
  );
}
