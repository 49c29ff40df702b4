import { Button } from "@mantine/core";
import type { LedgerJobView } from "../../../src-gateway/admin-api/contract/ledger-schemas.ts";
import { Progress } from "../../components/progress.tsx";
import { formatCount } from "../../format/numbers.ts";
import { t } from "../../i18n/t.ts";

export const KINDS = ["recost", "verify", "reconcile", "statement", "import"] as const;
export type JobKind = (typeof KINDS)[number];

/** A newer gateway may know of other work. */
export const nameOfJob = (kind: string): string =>
  KINDS.some((each) => each === kind) ? t(`ledger:kinds.${kind as JobKind}`) : kind;

/** Work that runs, and its end. */
export function JobProgress({
  job: { kind, done, total },
  onCancel,
}: {
  job: LedgerJobView;
  onCancel: (() => void) | null;
}) {
  const note =
    total > 0
      ? t("ledger:doneOf", { done: formatCount(done), total: formatCount(total) })
      : t("ledger:done", { done: formatCount(done) });
  return (
    <Progress label={nameOfJob(kind)} done={done} total={total} note={note}>
      {onCancel !== null && (
        <Button size="compact-xs" aria-label={t("ledger:cancelThing", { thing: nameOfJob(kind) })} onClick={onCancel}>
          {t("ledger:cancel")}
        </Button>
      )}
    </Progress>
  );
}
