import "./operations.css";
import { useQuery } from "../../api/use-query.ts";
import { QueryState } from "../../components/query-state.tsx";
import { t } from "../../i18n/t.ts";
import { LedgerWork } from "../ledger/ledger-work.tsx";
import { Checks } from "./checks.tsx";
import { Circles } from "./circles.tsx";
import { Circuits } from "./circuits.tsx";
import { AdmissionQueue, Feeds } from "./queues.tsx";
import { Replicas } from "./replicas.tsx";
import { Vitals } from "./vitals.tsx";

const REFRESH_MS = 5_000;

export function OperationsPage() {
  const status = useQuery("status", (client) => client.call("getStatus"), { everyMs: REFRESH_MS });
  const operations = useQuery("operations", (client) => client.call("getOperations"), { everyMs: REFRESH_MS });
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t("operations:title")}</h1>
        {status.value && <span className="soft small mono">{status.value.url}</span>}
      </header>
      <div className="stack">
        <QueryState query={status} rows={2}>
          {(value) => <Vitals status={value} />}
        </QueryState>
        <QueryState query={operations} rows={6}>
          {({ replicas, admission, ledger, analytics }) => (
            <>
              <Replicas replicas={replicas} />
              {admission !== null && <AdmissionQueue admission={admission} />}
              <Feeds ledger={ledger} analytics={analytics} />
            </>
          )}
        </QueryState>
        <LedgerWork />
        <Checks />
        <Circuits />
        <Circles />
      </div>
    </div>
  );
}
