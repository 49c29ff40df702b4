import { useCallback, useEffect, useState } from "react";
import { type AdminClient, AdminError } from "../../../src-gateway/admin-api/contract/client.ts";
import type { LedgerJobView } from "../../../src-gateway/admin-api/contract/ledger-schemas.ts";
import { useGateway } from "../../api/gateway-context.tsx";
import { useAction } from "../../api/use-action.ts";
import { said } from "../../i18n/gateway-words.ts";

const ASK_MS = 300;

export interface LedgerWork<Input> {
  /** The last that was begun here; null before that, and when it was put away. */
  job: LedgerJobView | null;
  isBusy: boolean;
  problem: string | null;
  begin: (input: Input) => Promise<void>;
  cancel: () => void;
  /** Shows nothing of it any more; what runs goes on. */
  forget: () => void;
}

/** Work on the ledger: begun, watched while somebody looks, and ended when somebody wants that. */
export function useLedgerJob<Input>(
  start: (client: AdminClient, input: Input) => Promise<LedgerJobView>,
): LedgerWork<Input> {
  const { connection } = useGateway();
  const [job, setJob] = useState<LedgerJobView | null>(null);
  const starting = useAction(start);
  const cancelling = useAction((client, id: string) => client.call("cancelLedgerJob", { params: { id }, body: {} }));
  const runningId = job?.state === "running" ? job.id : null;
  useEffect(() => {
    if (runningId === null) return;
    const show = (next: LedgerJobView): void => setJob((old) => (old?.id === next.id ? next : old));
    return watchJob(connection, runningId, show);
  }, [connection, runningId]);
  const { run, forget: forgetProblem } = starting;
  const begin = useCallback(
    async (input: Input): Promise<void> => {
      setJob(null);
      setJob(await run(input));
    },
    [run],
  );
  const forget = useCallback((): void => {
    setJob(null);
    forgetProblem();
  }, [forgetProblem]);
  return {
    job,
    isBusy: starting.isRunning || runningId !== null,
    problem: starting.problem ?? cancelling.problem ?? (job?.problem ? said(job.problem) : null),
    begin,
    cancel: () => void (runningId !== null && cancelling.run(runningId)),
    forget,
  };
}

/** Asks how far it is, one question at a time; the answer ends that. */
function watchJob(client: AdminClient, id: string, show: (job: LedgerJobView) => void): () => void {
  let isOver = false;
  let timer: ReturnType<typeof setTimeout>;
  const ask = async (): Promise<void> => {
    if (!document.hidden) {
      try {
        const job = await client.call("getLedgerJob", { params: { id } });
        if (isOver) return;
        show(job);
      } catch (error) {
        // A gateway that is away may come back; one that knows nothing of it was started anew.
        if (isOver) return;
        if (error instanceof AdminError && error.status === 404) return show(lost(id, error.message));
      }
    }
    if (!isOver) timer = setTimeout(() => void ask(), ASK_MS);
  };
  timer = setTimeout(() => void ask(), ASK_MS);
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}

const lost = (id: string, problem: string): LedgerJobView => ({
  id,
  kind: "",
  state: "failed",
  phase: "",
  done: 0,
  total: 0,
  result: null,
  problem,
});
