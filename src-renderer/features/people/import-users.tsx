import { Button, FileButton, Switch } from "@mantine/core";
import { useState } from "react";
import { useAction } from "../../api/use-action.ts";
import { DataTable } from "../../components/data-table.tsx";
import { Notice } from "../../components/notice.tsx";
import { Snippet } from "../../components/snippet.tsx";
import { formatCount } from "../../format/numbers.ts";
import { said } from "../../i18n/gateway-words.ts";
import { t } from "../../i18n/t.ts";
import type { ImportReport } from "./people-types.ts";

const EXAMPLE = `email,role,display_name,team,projects,status
ada@example.com,gateway_admin,"Lovelace, Ada",,,active
bob@example.com,,Bob,,,`;

interface Asked {
  csv: string;
  skipExisting: boolean;
  skipInvalid: boolean;
  dryRun: boolean;
}

/** A file is looked through first; nobody is added before the person has seen what would happen. */
export function ImportUsers({ onImported, onClose }: { onImported: () => void; onClose: () => void }) {
  const [file, setFile] = useState<{ name: string; csv: string } | null>(null);
  const [skips, setSkips] = useState({ skipExisting: false, skipInvalid: false });
  const [report, setReport] = useState<ImportReport | null>(null);
  const importing = useAction((client, body: Asked) => client.call("importUsers", { body }));

  const look = async (csv: string, options: typeof skips): Promise<void> => {
    setSkips(options);
    setReport(await importing.run({ csv, ...options, dryRun: true }));
  };
  const choose = async (chosen: File | null): Promise<void> => {
    if (chosen === null) return;
    const csv = await chosen.text();
    setFile({ name: chosen.name, csv });
    await look(csv, skips);
  };
  const apply = async (csv: string): Promise<void> => {
    const done = await importing.run({ csv, ...skips, dryRun: false });
    if (done === null) return;
    setReport(done);
    if (done.applied) onImported();
  };
  return (
    <div className="stack">
      {report?.applied !== true && <FileChoice name={file?.name ?? null} onChoose={(chosen) => void choose(chosen)} />}
      {importing.isRunning && <progress className="people-progress" aria-label={t("people:working")} />}
      {importing.problem !== null && <Notice tone="bad">{importing.problem}</Notice>}
      {file !== null && report !== null && !report.applied && (
        <>
          {(["skipExisting", "skipInvalid"] as const).map((name) => (
            <Switch
              key={name}
              label={t(`people:${name}`)}
              checked={skips[name]}
              disabled={importing.isRunning}
              onChange={(event) => void look(file.csv, { ...skips, [name]: event.currentTarget.checked })}
            />
          ))}
          <Outlook report={report} />
          <div>
            <Button
              variant="filled"
              loading={importing.isRunning}
              disabled={report.created.length === 0}
              onClick={() => void apply(file.csv)}
            >
              {t("people:importNow", { count: report.created.length })}
            </Button>
          </div>
        </>
      )}
      {report?.applied === true && (
        <>
          <Notice tone="good">{t("people:imported", { count: report.created.length })}</Notice>
          <div>
            <Button variant="filled" onClick={onClose}>
              {t("kit:close")}
            </Button>
          </div>
        </>
      )}
    </div>
  );
}

function FileChoice({ name, onChoose }: { name: string | null; onChoose: (chosen: File | null) => void }) {
  return (
    <>
      <p className="soft">{t("people:importText")}</p>
      {name === null && <Snippet value={EXAMPLE} thing={t("people:example")} />}
      <div className="panel-actions">
        <FileButton accept=".csv,text/csv,text/plain" onChange={onChoose}>
          {(props) => (
            <Button {...props} variant={name === null ? "filled" : "default"}>
              {t(name === null ? "people:chooseFile" : "people:otherFile")}
            </Button>
          )}
        </FileButton>
        {name !== null && <span className="soft cut">{name}</span>}
      </div>
    </>
  );
}

/** What would become of the file, each wrong line with its reason. */
function Outlook({ report }: { report: ImportReport }) {
  const { lines, created, skipped, problems } = report;
  return (
    <>
      <p>
        {t("people:outlook", {
          lines: formatCount(lines),
          created: formatCount(created.length),
          skipped: formatCount(skipped.length),
          wrong: formatCount(problems.length),
        })}
      </p>
      {problems.length > 0 && (
        <section className="panel">
          <DataTable
            label={t("people:problems")}
            columns={[
              { id: "line", header: t("people:line"), cell: ({ line }) => line, sortBy: ({ line }) => line },
              { id: "email", header: t("people:email"), cell: ({ email }) => email || "–" },
              { id: "problem", header: t("people:problem"), cell: ({ problem }) => said(problem) },
            ]}
            rows={problems}
            keyOf={({ line }) => line}
          />
        </section>
      )}
    </>
  );
}
