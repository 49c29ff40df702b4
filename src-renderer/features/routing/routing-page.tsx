import "../../configuration/steer.css";
import "./routing.css";
import { SegmentedControl } from "@mantine/core";
import { useSearchParams } from "wouter";
import { useQuery } from "../../api/use-query.ts";
import { QueryState } from "../../components/query-state.tsx";
import { useConfiguration } from "../../configuration/use-configuration.ts";
import { t } from "../../i18n/t.ts";
import { Aliases } from "./aliases.tsx";
import { Defaults } from "./defaults.tsx";
import { Explain } from "./explain.tsx";
import { Routes } from "./routes.tsx";
import { YamlView } from "./yaml-view.tsx";

const VIEWS = ["rules", "yaml"] as const;

/** Where requests go: the rules one by one, or the document that they stand in. */
export function RoutingPage() {
  const [search, setSearch] = useSearchParams();
  const view = search.get("view") === "yaml" ? "yaml" : "rules";
  const configuration = useConfiguration();
  const { query } = configuration;
  const providers = useQuery("providers", (client) => client.call("listProviders"));
  const names = (providers.value ?? []).map(({ id }) => id);
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t("routing:title")}</h1>
        <div className="page-tools">
          <SegmentedControl
            size="xs"
            aria-label={t("routing:view")}
            value={view}
            onChange={(next) => setSearch({ view: next }, { replace: true })}
            data={VIEWS.map((value) => ({ value, label: t(`routing:views.${value}`) }))}
          />
        </div>
      </header>
      <QueryState query={query} rows={8}>
        {(found) =>
          view === "yaml" ? (
            <YamlView document={found} reload={query.reload} />
          ) : (
            <div className="stack">
              <Routes configuration={configuration} providers={names} />
              <div className="routing-columns">
                <Defaults configuration={configuration} providers={names} />
                <Aliases configuration={configuration} />
              </div>
              <Explain />
            </div>
          )
        }
      </QueryState>
    </div>
  );
}
