import "./overview.css";
import { useCallback, useEffect, useRef, useState } from "react";
import { useSessionState } from "../../api/gateway-context.tsx";
import { useLiveExchanges } from "../../api/live-exchanges.ts";
import { useQuery } from "../../api/use-query.ts";
import { QueryState } from "../../components/query-state.tsx";
import { useDay } from "../../format/use-day.ts";
import { t } from "../../i18n/t.ts";
import { SetupNotice } from "../welcome/setup-notice.tsx";
import { AgentsStrip } from "./agents-strip.tsx";
import { Alerts } from "./alerts.tsx";
import { ConnectPanel } from "./connect-panel.tsx";
import { LastRequests } from "./last-requests.tsx";
import { NearBudgets } from "./near-budgets.tsx";
import { ProviderStates } from "./provider-states.tsx";
import { SpendChart } from "./spend-chart.tsx";
import { StatusLine, StatusNotices } from "./status-line.tsx";
import { TodayNumbers } from "./today-numbers.tsx";
import { useSameTimeYesterday } from "./use-same-time-yesterday.ts";

/** Far enough for a median that means something, small enough to ask for again and again. */
const SAMPLE = 100;
const REFRESH_MS = 15_000;
/** Many requests may end at once; the numbers are read anew at most this often. */
const QUIET_MS = 1_500;

export function OverviewPage() {
  const dayMs = useDay();
  const fromUs = dayMs * 1_000;
  const every = { everyMs: REFRESH_MS };
  const status = useQuery("status", (client) => client.call("getStatus"), every);
  const usage = useQuery(`usage ${fromUs}`, (client) => client.call("usageSummary", { query: { fromUs } }), every);
  const last = useQuery("last", (client) => client.call("listExchanges", { query: { limit: SAMPLE } }), every);
  const earlier = useSameTimeYesterday();
  const yesterday = useQuery(`usage ${earlier.fromUs} ${earlier.toUs}`, (client) =>
    client.call("usageSummary", { query: earlier }),
  );
  const session = useSessionState();
  const isAdmin = session.phase === "signed-in" && session.user.role !== "gateway_user";
  const [turn, setTurn] = useState(0);

  const refresh = useThrottled(() => {
    for (const query of [status, usage, last]) query.reload();
    setTurn((old) => old + 1);
  });
  useLiveExchanges(true, { onExchanges: refresh, onOpen: refresh });

  const isUnused = last.value?.length === 0;
  // Whoever makes the first request has the key before them: it must not move away at that moment.
  const [leads, setLeads] = useState(false);
  if (isUnused && !leads) setLeads(true);
  const connect = status.value && <ConnectPanel key="connect" status={status.value} isFirst={isUnused} />;
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t("overview:title")}</h1>
        {status.value && <StatusLine status={status.value} />}
      </header>
      <div className="stack">
        {status.value && <StatusNotices status={status.value} />}
        <Alerts isAdmin={isAdmin} />
        {isAdmin && <SetupNotice />}
        {leads && connect}
        {!isUnused && (
          <section className="panel" aria-label={t("overview:today")}>
            <QueryState query={usage} rows={2}>
              {(sum) => (
                <TodayNumbers
                  sum={sum}
                  yesterday={yesterday.value}
                  today={(last.value ?? []).filter(({ id }) => id >= fromUs)}
                />
              )}
            </QueryState>
          </section>
        )}
        {!isUnused && <SpendChart />}
        <div className="overview-columns">
          {!isUnused && <LastRequests query={last} open={status.value?.openExchanges ?? 0} />}
          <div className="stack">
            {isAdmin && <ProviderStates fromUs={fromUs} turn={turn} />}
            {!isUnused && <AgentsStrip dayMs={dayMs} last={last.value ?? []} />}
            {isAdmin && <NearBudgets />}
          </div>
        </div>
        {!leads && connect}
      </div>
    </div>
  );
}

/** Runs `QUIET_MS` after the first of many calls, or once somebody looks again. */
function useThrottled(run: () => void): () => void {
  const latest = useRef(run);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const isDue = useRef(false);
  useEffect(() => {
    latest.current = run;
  });
  useEffect(() => {
    const onSeen = (): void => {
      if (!isDue.current || document.hidden) return;
      isDue.current = false;
      latest.current();
    };
    document.addEventListener("visibilitychange", onSeen);
    return () => {
      document.removeEventListener("visibilitychange", onSeen);
      clearTimeout(timer.current ?? undefined);
    };
  }, []);
  return useCallback(() => {
    timer.current ??= setTimeout(() => {
      timer.current = null;
      if (document.hidden) isDue.current = true;
      else latest.current();
    }, QUIET_MS);
  }, []);
}
