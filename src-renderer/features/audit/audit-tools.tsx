import { Button } from "@mantine/core";
import { useState } from "react";
import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { useAction } from "../../api/use-action.ts";
import { Notice } from "../../components/notice.tsx";
import { Sheet } from "../../components/sheet.tsx";
import { Snippet } from "../../components/snippet.tsx";
import { formatCount } from "../../format/numbers.ts";
import { t } from "../../i18n/t.ts";
import { type ActFilter, queryOf } from "./act-types.ts";

type Verdict = ReplyOf<"verifyActs">;

/** The log as a file, and whether anybody has changed it. */
export function AuditTools({ filter }: { filter: ActFilter }) {
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const checking = useAction((client) => client.call("verifyActs"));
  const check = async (): Promise<void> => setVerdict(await checking.run(undefined));
  return (
    <div className="page-tools">
      {/* The gateway sends it as it reads it: a log of any length goes straight to the disk. */}
      <Button component="a" href={exportAddress(filter, "csv")} download className="link-button">
        CSV
      </Button>
      <Button component="a" href={exportAddress(filter, "jsonl")} download className="link-button">
        {t("audit:jsonLines")}
      </Button>
      <Button loading={checking.isRunning} onClick={() => void check()}>
        {t("audit:check")}
      </Button>
      {checking.problem !== null && <Notice tone="bad">{checking.problem}</Notice>}
      <Sheet title={t("audit:check")} isOpen={verdict !== null} onClose={() => setVerdict(null)}>
        {verdict !== null && <VerdictOf verdict={verdict} />}
      </Sheet>
    </div>
  );
}

function exportAddress(filter: ActFilter, format: "csv" | "jsonl"): string {
  const search = new URLSearchParams({ format });
  for (const [name, value] of Object.entries(queryOf(filter))) search.set(name, String(value));
  return `/api/v1/admin/audit/export?${search}`;
}

function VerdictOf({ verdict: { acts, isIntact, firstWrong, head } }: { verdict: Verdict }) {
  return (
    <div className="stack">
      <Notice tone={isIntact ? "good" : "bad"}>
        {isIntact
          ? t("audit:intact", { acts: formatCount(acts) })
          : t("audit:changed", { place: formatCount(firstWrong ?? 0) })}
      </Notice>
      {head !== null && (
        <>
          <p className="soft">{t("audit:headText")}</p>
          <Snippet value={`${head.id} ${head.hash}`} thing={t("audit:head")} />
        </>
      )}
    </div>
  );
}
