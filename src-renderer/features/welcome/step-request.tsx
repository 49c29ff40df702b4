import "../overview/overview.css";
import { Button, Switch } from "@mantine/core";
import { useState } from "react";
import { Link } from "wouter";
import type { AgentView } from "../../../src-gateway/admin-api/contract/agent-schemas.ts";
import { API_PREFIX } from "../../../src-gateway/admin-api/contract/api-prefix.ts";
import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { PLAYGROUND } from "../../../src-gateway/admin-api/contract/playground-endpoint.ts";
import { desktop } from "../../api/desktop.ts";
import { useAction } from "../../api/use-action.ts";
import { type Query, useQuery } from "../../api/use-query.ts";
import { HealthDot, toneOf } from "../../components/health-dot.tsx";
import { Notice } from "../../components/notice.tsx";
import { formatDuration, formatMoment } from "../../format/times.ts";
import { useDay } from "../../format/use-day.ts";
import { t } from "../../i18n/t.ts";
import { ConnectPanel } from "../overview/connect-panel.tsx";

type Exchanges = ReplyOf<"listExchanges">;

/** Somebody asks something, and it is seen here at once. */
export function StepRequest({ agents, exchanges }: { agents: readonly AgentView[]; exchanges: Query<Exchanges> }) {
  const status = useQuery("status", (client) => client.call("getStatus"));
  const connected = agents.filter(({ connectedAtUs }) => connectedAtUs !== null);
  const seen = exchanges.value ?? [];
  return (
    <>
      {connected.length > 0 && (
        <p>{t("welcome:askAgent", { agents: connected.map(({ title }) => title).join(", ") })}</p>
      )}
      <div aria-live="polite">
        {seen.length === 0 ? (
          <div className="welcome-waiting">
            <HealthDot tone="busy" />
            {t("welcome:waiting")}
            <SendOne onSent={exchanges.reload} />
          </div>
        ) : (
          <>
            <Notice tone="good">{t("welcome:seen")}</Notice>
            <SeenRequests exchanges={seen} />
          </>
        )}
      </div>
      {status.value && (
        <details open={connected.length === 0} className="welcome-by-hand">
          <summary>{t("welcome:byHand")}</summary>
          <ConnectPanel status={status.value} isFirst />
        </details>
      )}
      <AtLogin />
    </>
  );
}

/** A request of the page's own to the built-in model, for whoever has no client at hand. */
function SendOne({ onSent }: { onSent: () => void }) {
  const send = useAction(async () => {
    const reply = await fetch(`${API_PREFIX}${PLAYGROUND.path}/v1/chat/completions`, {
      method: "POST",
      credentials: "same-origin",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "loopback", messages: [{ role: "user", content: t("welcome:hello") }] }),
    });
    await reply.text();
    return reply.status;
  });
  return (
    <>
      <Button
        className="welcome-send"
        loading={send.isRunning}
        title={t("welcome:sendHint")}
        onClick={() => void send.run(undefined).then(onSent)}
      >
        {t("welcome:send")}
      </Button>
      {send.problem !== null && <Notice tone="bad">{send.problem}</Notice>}
    </>
  );
}

function SeenRequests({ exchanges }: { exchanges: Exchanges }) {
  const dayMs = useDay();
  return (
    <ul className="line-list panel welcome-seen">
      {exchanges.map((exchange) => (
        <li key={exchange.id}>
          <Link href={`/requests/${exchange.requestId}`} className="welcome-line">
            <HealthDot tone={toneOf(exchange.outcome)} label={t(`common:outcomes.${exchange.outcome}`)} />
            <span className="soft">{formatMoment(exchange.id, dayMs)}</span>
            <span className="cut">{exchange.modelAsked ?? exchange.surface}</span>
            <span className="soft cut">{exchange.agent ?? t("overview:unknownAgent")}</span>
            <span className="soft cut">{exchange.provider ?? ""}</span>
            <span className="number">{formatDuration(exchange.totalUs)}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** Asked once, in the desktop app only. */
function AtLogin() {
  const bridge = desktop();
  const [isOn, setOn] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  if (bridge === null) return null;
  const change = async (wanted: boolean): Promise<void> => {
    setOn(wanted);
    const kept = await bridge.setPreferences({ openAtLogin: wanted });
    setOn(kept.openAtLogin);
    setProblem(kept.problem);
  };
  return (
    <>
      <Switch
        label={t("welcome:atLogin")}
        checked={isOn}
        onChange={(event) => void change(event.currentTarget.checked)}
      />
      {problem !== null && <Notice tone="warn">{problem}</Notice>}
    </>
  );
}
