import { Button } from "@mantine/core";
import type { AgentView } from "../../../src-gateway/admin-api/contract/agent-schemas.ts";
import { HealthDot } from "../../components/health-dot.tsx";
import { formatMoment } from "../../format/times.ts";
import { useDay } from "../../format/use-day.ts";
import { said } from "../../i18n/gateway-words.ts";
import { t } from "../../i18n/t.ts";
import { AgentActions } from "./agent-actions.tsx";
import { TONE_OF_AGENT } from "./agent-tone.ts";

/** One agent: what it is, how it is connected, and what can be done about it. */
export function AgentCard({
  agent,
  onConnect,
  onChanged,
}: {
  agent: AgentView;
  onConnect: (agent: AgentView) => void;
  onChanged: () => void;
}) {
  const dayMs = useDay();
  const facts = [
    agent.version === null ? null : `v${agent.version.replace(/^v/, "")}`,
    said(agent.speaks),
    agent.model,
    agent.lastRequestAtUs === null
      ? null
      : t("agents:lastRequest", { moment: formatMoment(agent.lastRequestAtUs, dayMs) }),
  ].filter((fact) => fact !== null);
  return (
    <article className="agent" aria-label={agent.title}>
      <div className="agent-head">
        <HealthDot tone={TONE_OF_AGENT[agent.state]} />
        <h3>{agent.title}</h3>
        <span className="small soft">{t(`agents:states.${agent.state}`)}</span>
      </div>
      <ul className="agent-facts small soft">
        {facts.map((fact) => (
          <li key={fact}>{fact}</li>
        ))}
      </ul>
      {agent.files.map((file) => (
        <code key={file} className="cut small" title={file}>
          {file}
        </code>
      ))}
      {agent.drift.map(({ path, line, key, what }) => (
        <p key={`${path} ${key}`} className="small" data-ink="bad">
          {t(`agents:drift.${what}`, { key: key ?? path })} <Place path={path} line={line} />
        </p>
      ))}
      {agent.conflicts.map(({ kind, where, line, key }) => (
        <p key={`${where} ${key}`} className="small" data-ink="warn">
          {t(`agents:conflicts.${kind}`, { key })} <Place path={where} line={line} />
        </p>
      ))}
      <div className="panel-actions">
        {agent.connectedAtUs !== null ? (
          <AgentActions agent={agent} onChanged={onChanged} />
        ) : (
          agent.state !== "not-installed" &&
          agent.state !== "managed" && (
            <Button onClick={() => onConnect(agent)} aria-label={t("agents:connectThing", { name: agent.title })}>
              {agent.support === "written" ? t("agents:connect") : t("agents:howTo")}
            </Button>
          )
        )}
      </div>
    </article>
  );
}

const Place = ({ path, line }: { path: string; line: number | null }) => (
  <code>{line === null ? path : `${path}:${line}`}</code>
);
