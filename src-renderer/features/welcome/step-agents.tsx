import "../agents/agents.css";
import { useState } from "react";
import type { AgentView } from "../../../src-gateway/admin-api/contract/agent-schemas.ts";
import type { Query } from "../../api/use-query.ts";
import { Empty } from "../../components/empty.tsx";
import { QueryState } from "../../components/query-state.tsx";
import { t } from "../../i18n/t.ts";
import { AgentCard } from "../agents/agent-card.tsx";
import { inOrder } from "../agents/agent-tone.ts";
import { ConnectSheet } from "../agents/connect-sheet.tsx";
import { ElsewherePanel } from "../agents/elsewhere-panel.tsx";

/** The agents that are on this computer, each with a button that shows what would be written. */
export function StepAgents({ query }: { query: Query<{ agents: AgentView[] | null }> }) {
  const [wanted, setWanted] = useState<AgentView | null>(null);
  return (
    <>
      <QueryState query={query} rows={4}>
        {({ agents }) =>
          agents === null ? (
            <ElsewherePanel />
          ) : (
            <Found
              agents={agents.filter(({ state }) => state !== "not-installed")}
              known={agents.length}
              onConnect={setWanted}
              onChanged={query.reload}
            />
          )
        }
      </QueryState>
      {wanted !== null && <ConnectSheet agent={wanted} onClose={() => setWanted(null)} onChanged={query.reload} />}
    </>
  );
}

function Found({
  agents,
  known,
  onConnect,
  onChanged,
}: {
  agents: readonly AgentView[];
  known: number;
  onConnect: (agent: AgentView) => void;
  onChanged: () => void;
}) {
  if (agents.length === 0)
    return (
      <Empty title={t("welcome:noAgents")}>
        <p>{t("welcome:noAgentsText", { count: known })}</p>
      </Empty>
    );
  return (
    <>
      <p className="soft">{t("welcome:agentsText")}</p>
      <ul className="agent-grid welcome-agents">
        {inOrder(agents).map((agent) => (
          <li key={agent.id}>
            <AgentCard agent={agent} onConnect={onConnect} onChanged={onChanged} />
          </li>
        ))}
      </ul>
    </>
  );
}
