import "./ledger.css";
import { Button, SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { useQuery } from "../../api/use-query.ts";
import { Notice } from "../../components/notice.tsx";
import { Progress } from "../../components/progress.tsx";
import { Sheet } from "../../components/sheet.tsx";
import { formatBytes, formatCount } from "../../format/numbers.ts";
import { t } from "../../i18n/t.ts";
import { EXPORT_FORMATS, type ExportFormat, type ExportProgress } from "./export-file.ts";
import { momentsOf, type Span, SpanSelect } from "./span-select.tsx";
import { useExport } from "./use-export.ts";

const NAMES: Record<ExportFormat, string> = { csv: "CSV", jsonl: "JSON Lines", parquet: "Parquet" };

/** The requests of a time as a file, with all that is known of each but what was said. */
export function ExportSheet({ span, isOpen, onClose }: { span: Span; isOpen: boolean; onClose: () => void }) {
  return (
    <Sheet title={t("ledger:export")} isOpen={isOpen} onClose={onClose}>
      {isOpen && <Exporting first={span} />}
    </Sheet>
  );
}

function Exporting({ first }: { first: Span }) {
  const [format, setFormat] = useState<ExportFormat>("csv");
  const [{ span, moments }, setAsked] = useState(() => ({ span: first, moments: momentsOf(first) }));
  const sum = useQuery(`export ${JSON.stringify(moments)}`, (client) =>
    client.call("usageSummary", { query: { ...moments } }),
  );
  const { state, begin, cancel, forget } = useExport();
  const isRunning = state.phase === "running";
  const total = sum.value?.requests ?? 0;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void begin(format, moments);
      }}
    >
      <p className="soft">{t("ledger:exportText")}</p>
      <fieldset className="fields" disabled={isRunning}>
        <SpanSelect
          span={span}
          own={first}
          onChange={(next) => {
            setAsked({ span: next, moments: momentsOf(next) });
            forget();
          }}
        />
        <SegmentedControl
          size="xs"
          disabled={isRunning}
          aria-label={t("ledger:format")}
          value={format}
          onChange={(value) => {
            setFormat(EXPORT_FORMATS.find((each) => each === value) ?? "csv");
            forget();
          }}
          data={EXPORT_FORMATS.map((value) => ({ value, label: NAMES[value] }))}
        />
      </fieldset>
      {sum.value !== null && <p>{t("ledger:rows", { count: total, n: formatCount(total) })}</p>}
      {state.phase === "running" && (
        <Progress
          label={t("ledger:export")}
          done={state.progress.rows}
          total={format === "parquet" ? 0 : total}
          note={amountOf(state.progress)}
        >
          <Button size="compact-xs" onClick={cancel}>
            {t("ledger:cancel")}
          </Button>
        </Progress>
      )}
      <div>
        {state.phase === "saved" && (
          <Notice tone="good">
            {t("ledger:saved", { file: state.file, size: formatBytes(state.progress.bytes) })}
          </Notice>
        )}
      </div>
      {state.phase === "failed" && <Notice tone="bad">{state.problem}</Notice>}
      <div className="sheet-foot">
        <Button type="submit" variant="filled" loading={isRunning}>
          {t("ledger:save")}
        </Button>
      </div>
    </form>
  );
}

/** A file of lines has one more for its head, which nobody counts. */
const amountOf = ({ rows, bytes }: ExportProgress): string =>
  rows === 0 ? formatBytes(bytes) : `${t("ledger:done", { done: formatCount(rows) })} · ${formatBytes(bytes)}`;
