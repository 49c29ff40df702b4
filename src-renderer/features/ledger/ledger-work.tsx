import "./ledger.css";
import { Button } from "@mantine/core";
import { useState } from "react";
import type { LedgerJobView } from "../../../src-gateway/admin-api/contract/ledger-schemas.ts";
import { useAction } from "../../api/use-action.ts";
import { useQuery } from "../../api/use-query.ts";
import { HealthDot } from "../../components/health-dot.tsx";
import { Notice } from "../../components/notice.tsx";
import { QueryState } from "../../components/query-state.tsx";
import { formatCount } from "../../format/numbers.ts";
import { said } from "../../i18n/gateway-words.ts";
import { t } from "../../i18n/t.ts";
import { JobProgress, nameOfJob } from "./job-progress.tsx";
import { RecostSheet } from "./recost-sheet.tsx";
import { VerifyReport, type VerifyResult } from "./verify-report.tsx";

const REFRESH_MS = 10_000;
const RUNNING_REFRESH_MS = 1_000;
const TONES = { running: "busy", done: "good", failed: "bad", cancelled: "idle" } as const;

/** Long work on the ledger, whoever began it: how far it is, and an end to it. */
export function LedgerWork() {
  const [isRecosting, setRecosting] = useState(false);
  const [isRunning, setRunning] = useState(false);
  const jobs = useQuery("ledger jobs", (client) => client.call("listLedgerJobs"), {
    everyMs: isRunning ? RUNNING_REFRESH_MS : REFRESH_MS,
  });
  const runsNow = jobs.value?.some(({ state }) => state === "running") === true;
  if (runsNow !== isRunning) setRunning(runsNow);
  const verify = useAction((client) => client.call("verifyLedger", { body: {} }));
  const cancel = useAction((client, id: string) => client.call("cancelLedgerJob", { params: { id }, body: {} }));
  const { reload } = jobs;
  return (
    <section className="panel" aria-labelledby="ledger-work">
      <div className="panel-head">
        <h2 id="ledger-work">{t("ledger:work")}</h2>
        <div className="panel-actions">
          <Button loading={verify.isRunning} onClick={() => void verify.run(undefined).then(reload)}>
            {t("ledger:verify")}
          </Button>
          <Button onClick={() => setRecosting(true)}>{t("ledger:recost")}</Button>
        </div>
      </div>
      {[verify.problem, cancel.problem].map(
        (text) =>
          text !== null && (
            <Notice key={text} tone="bad">
              {text}
            </Notice>
          ),
      )}
      <QueryState query={jobs} rows={1}>
        {(list) =>
          list.length === 0 ? (
            <p className="panel-body soft">{t("ledger:noWork")}</p>
          ) : (
            <ul className="job-list">
              {list.map((job) => (
                <li key={job.id}>
                  <Job job={job} onCancel={() => void cancel.run(job.id).then(reload)} />
                </li>
              ))}
            </ul>
          )
        }
      </QueryState>
      <RecostSheet
        isOpen={isRecosting}
        onClose={() => {
          setRecosting(false);
          reload();
        }}
      />
    </section>
  );
}

function Job({ job, onCancel }: { job: LedgerJobView; onCancel: () => void }) {
  return (
    <>
      <p className="job-head">
        <HealthDot tone={TONES[job.state]} />
        <strong>{nameOfJob(job.kind)}</strong> <span className="soft">{t(`ledger:states.${job.state}`)}</span>
        {job.state !== "running" && job.done > 1 && (
          <span className="soft small number">{t("ledger:done", { done: formatCount(job.done) })}</span>
        )}
      </p>
      {job.state === "running" && <JobProgress job={job} onCancel={onCancel} />}
      {job.state === "failed" && job.problem !== null && <p data-ink="bad">{said(job.problem)}</p>}
      {job.state === "done" && job.kind === "verify" && <Verified id={job.id} />}
    </>
  );
}

/** The list leaves results out. */
function Verified({ id }: { id: string }) {
  const { value } = useQuery(`ledger job ${id}`, (client) => client.call("getLedgerJob", { params: { id } }));
  return value?.result == null ? null : <VerifyReport result={value.result as VerifyResult} />;
}
