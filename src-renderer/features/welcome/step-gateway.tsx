import { useQuery } from "../../api/use-query.ts";
import { CopyButton } from "../../components/copy-button.tsx";
import { HealthDot } from "../../components/health-dot.tsx";
import { QueryState } from "../../components/query-state.tsx";
import { t } from "../../i18n/t.ts";

/** It runs, and what that means for whoever has just started it. */
export function StepGateway() {
  const status = useQuery("status", (client) => client.call("getStatus"));
  return (
    <QueryState query={status} rows={3}>
      {({ url, version }) => (
        <>
          <p className="welcome-address">
            <HealthDot tone="good" />
            <code>{url}</code>
            <CopyButton value={url} thing={t("frame:address")} />
            <span className="tag">{`v${version}`}</span>
          </p>
          <ul className="welcome-facts">
            <li>{t("welcome:factAgents")}</li>
            <li>{t("welcome:factKeys")}</li>
            <li>{t("welcome:factHome")}</li>
          </ul>
        </>
      )}
    </QueryState>
  );
}
