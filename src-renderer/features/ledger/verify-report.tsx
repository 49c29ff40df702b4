import type { z } from "zod";
import type { verifyResultSchema } from "../../../src-gateway/admin-api/contract/ledger-schemas.ts";
import { formatCount } from "../../format/numbers.ts";
import { formatDuration } from "../../format/times.ts";
import { t } from "../../i18n/t.ts";

export type VerifyResult = z.infer<typeof verifyResultSchema>;

const SHOWN = 20;

/** Whether the ledger is as it was written, and what is not. */
export function VerifyReport({ result }: { result: VerifyResult }) {
  const { isIntact, entries, exchanges, durationMs, findings, moreFindings } = result;
  const more = Math.max(0, findings.length - SHOWN) + moreFindings;
  return (
    <>
      <p className="small" data-ink={isIntact ? "good" : "bad"}>
        {t(isIntact ? "ledger:intact" : "ledger:notIntact", {
          entries: formatCount(entries),
          exchanges: formatCount(exchanges),
          took: formatDuration(durationMs * 1_000),
        })}
      </p>
      {findings.length > 0 && (
        // What was found is evidence, and is told in the words that the command line has for it.
        <ul className="job-findings small" lang="en">
          {findings.slice(0, SHOWN).map(({ kind, text }) => (
            <li key={`${kind} ${text}`}>{text}</li>
          ))}
        </ul>
      )}
      {more > 0 && <p className="soft small">{t("kit:moreLines", { count: more })}</p>}
    </>
  );
}
