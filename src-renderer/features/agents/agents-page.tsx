import "./agents.css";
import { useState } from "react";
import type { AgentView } from "../../../src-gateway/admin-api/contract/agent-schemas.ts";
import { QueryState } from "../../components/query-state.tsx";
import { t } from "../../i18n/t.ts";
import { AgentCard } from "./agent-card.tsx";
import { inOrder } from "./agent-tone.ts";
import { ConnectSheet } from "./connect-sheet.tsx";
import { ElsewherePanel } from "./elsewhere-panel.tsx";
import { SeenAgents } from "./seen-agents.tsx";
import { useAgents } from "./use-agents.ts";

export function AgentsPage() {
  const query = useAgents();
  const [wanted, setWanted] = useState<AgentView | null>(null);
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t("agents:title")}</h1>
      </header>
      <div className="stack">
        <QueryState query={query} rows={6}>
          {({ agents }) =>
            agents === null ? (
              <ElsewherePanel />
            ) : (
              <section className="panel" aria-labelledby="own-agents">
                <div className="panel-head">
                  <h2 id="own-agents">{t("agents:here")}</h2>
                </div>
                <ul className="agent-grid">
                  {inOrder(agents).map((agent) => (
                    <li key={agent.id}>
                      <AgentCard agent={agent} onConnect={setWanted} onChanged={query.reload} />
                    </li>
                  ))}
                </ul>
              </section>
            )
          }
        </QueryState>
        <SeenAgents />
      </div>
      {wanted !== null && <ConnectSheet agent={wanted} onClose={() => setWanted(null)} onChanged={query.reload} />}
    </div>
  );
}
