import "./ledger.css";
import { Button, TextInput } from "@mantine/core";
import { useRef, useState } from "react";
import { Notice } from "../../components/notice.tsx";
import { Sheet } from "../../components/sheet.tsx";
import { t } from "../../i18n/t.ts";
import { JobProgress } from "./job-progress.tsx";
import { RecostReport, type RecostResult } from "./recost-report.tsx";
import { momentsOf, type Span, SpanSelect } from "./span-select.tsx";
import { useLedgerJob } from "./use-ledger-job.ts";

interface Asked {
  span: Span;
  model: string;
  reason: string;
}

/** Prices a time anew: first what would change, then the change. It goes on when the sheet is closed. */
export function RecostSheet({
  isOpen,
  onClose,
}: {
  isOpen: boolean;
  /** @param hasCorrected costs of the past are not what pages know */
  onClose: (hasCorrected: boolean) => void;
}) {
  const hasCorrected = useRef(false);
  const close = (): void => {
    onClose(hasCorrected.current);
    hasCorrected.current = false;
  };
  return (
    <Sheet title={t("ledger:recost")} isOpen={isOpen} onClose={close} isWide>
      {isOpen && (
        <Recosting
          onClose={close}
          onCorrecting={() => {
            hasCorrected.current = true;
          }}
        />
      )}
    </Sheet>
  );
}

function Recosting({ onClose, onCorrecting }: { onClose: () => void; onCorrecting: () => void }) {
  const [asked, setAsked] = useState<Asked>({ span: "30d", model: "", reason: "" });
  // The same moments for the look and for the change, also when midnight comes between.
  const [moments, setMoments] = useState(() => momentsOf(asked.span));
  const work = useLedgerJob((client, apply: boolean) => {
    const { model, reason } = asked;
    return client.call("recostLedger", {
      body: {
        ...moments,
        ...(model.trim() === "" ? {} : { model: model.trim() }),
        ...(reason.trim() === "" ? {} : { reason: reason.trim() }),
        apply,
      },
    });
  });
  const change = (part: Partial<Asked>): void => {
    setAsked({ ...asked, ...part });
    if (part.span !== undefined) setMoments(momentsOf(part.span));
    // Another reason makes no other prices.
    if (part.reason === undefined) work.forget();
  };
  const { job, isBusy, problem } = work;
  const result = job?.state === "done" ? (job.result as RecostResult) : null;
  const mayApply = result !== null && !result.applied && result.changed > 0;
  const isDone = result?.applied === true;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        // One that is broken off has corrected a part.
        if (mayApply) onCorrecting();
        void work.begin(mayApply);
      }}
    >
      <p className="soft">{t("ledger:recostText")}</p>
      <fieldset className="fields fields-row" disabled={isBusy || isDone}>
        <SpanSelect span={asked.span} onChange={(span) => change({ span })} />
        <TextInput
          label={t("usage:dimensions.model")}
          placeholder={t("ledger:anyModel")}
          value={asked.model}
          spellCheck={false}
          onChange={(event) => change({ model: event.currentTarget.value })}
        />
        <TextInput
          label={t("ledger:reason")}
          placeholder={t("ledger:reasonHint")}
          maxLength={200}
          value={asked.reason}
          onChange={(event) => change({ reason: event.currentTarget.value })}
        />
      </fieldset>
      <div className="stack">
        {job?.state === "running" && <JobProgress job={job} onCancel={work.cancel} />}
        {result !== null && <RecostReport result={result} />}
      </div>
      {problem !== null && <Notice tone={job?.state === "cancelled" ? "warn" : "bad"}>{problem}</Notice>}
      <div className="sheet-foot">
        {isDone ? (
          <Button variant="filled" onClick={onClose}>
            {t("kit:close")}
          </Button>
        ) : (
          <Button type="submit" variant="filled" loading={isBusy} disabled={result?.changed === 0}>
            {t(mayApply ? "ledger:apply" : "ledger:preview")}
          </Button>
        )}
      </div>
    </form>
  );
}
