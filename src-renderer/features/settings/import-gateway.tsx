import { Button, FileButton, PasswordInput } from "@mantine/core";
import { useState } from "react";
import type { TransferReportView } from "../../../src-gateway/admin-api/contract/transfer-endpoints.ts";
import { useAction } from "../../api/use-action.ts";
import { Notice } from "../../components/notice.tsx";
import { showToast } from "../../components/toasts.tsx";
import { formatBytes } from "../../format/numbers.ts";
import { formatFullMoment } from "../../format/times.ts";
import { said } from "../../i18n/gateway-words.ts";
import { t } from "../../i18n/t.ts";

/** What the gateway takes in one request, after base64. */
const MAX_BYTES = 20 * 1024 * 1024;

interface Chosen {
  name: string;
  size: number;
  content: string;
}

function useTakeIn() {
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [passphrase, setPassphrase] = useState("");
  const [report, setReport] = useState<TransferReportView | null>(null);
  const [isTooLarge, setTooLarge] = useState(false);
  const asking = useAction((client, { file, apply }: { file: Chosen; apply: boolean }) =>
    client.call("importGateway", {
      body: { content: file.content, apply, ...(passphrase === "" ? {} : { passphrase }) },
    }),
  );
  const choose = async (file: File | null): Promise<void> => {
    setReport(null);
    asking.forget();
    setTooLarge(file !== null && file.size > MAX_BYTES);
    setChosen(
      file !== null && file.size <= MAX_BYTES
        ? { name: file.name, size: file.size, content: await toBase64(file) }
        : null,
    );
  };
  const type = (text: string): void => {
    setPassphrase(text);
    setReport(null);
    asking.forget();
  };
  const ask = async (apply: boolean): Promise<void> => {
    if (chosen === null) return;
    const found = await asking.run({ file: chosen, apply });
    setReport(found);
    if (!found?.applied) return;
    setChosen(null);
    setPassphrase("");
    showToast({ text: t("settings:transfer.taken") });
  };
  const mayTake = report?.applied === false && report.problems.length === 0;
  return { chosen, isTooLarge, passphrase, report, asking, mayTake, choose, type, ask };
}

/** First what would change, then the change. */
export function ImportGateway() {
  const { chosen, isTooLarge, passphrase, report, asking, mayTake, choose, type, ask } = useTakeIn();
  return (
    <form
      className="panel panel-body stack transfer-form"
      aria-label={t("settings:transfer.in")}
      onSubmit={(event) => {
        event.preventDefault();
        void ask(false);
      }}
    >
      <h2>{t("settings:transfer.in")}</h2>
      <p className="soft">{t("settings:transfer.inText")}</p>
      <div className="settings-bar">
        <FileButton onChange={(file) => void choose(file)}>
          {(props) => <Button {...props}>{t("settings:transfer.choose")}</Button>}
        </FileButton>
        {chosen !== null && (
          <span>{t("settings:transfer.chosen", { file: chosen.name, size: formatBytes(chosen.size) })}</span>
        )}
      </div>
      {isTooLarge && <Notice tone="warn">{t("settings:transfer.tooLarge")}</Notice>}
      <PasswordInput
        label={t("settings:transfer.passphrase")}
        autoComplete="off"
        value={passphrase}
        onChange={(event) => type(event.currentTarget.value)}
      />
      {asking.problem !== null && <Notice tone="bad">{asking.problem}</Notice>}
      {report !== null && <Report report={report} />}
      <p className="settings-bar">
        <Button type="submit" disabled={chosen === null} loading={asking.isRunning && !mayTake}>
          {t("settings:transfer.look")}
        </Button>
        {mayTake && (
          <Button variant="filled" loading={asking.isRunning} onClick={() => void ask(true)}>
            {t("settings:transfer.take")}
          </Button>
        )}
      </p>
    </form>
  );
}

function Report({ report: { about, items, problems } }: { report: TransferReportView }) {
  const notes = items.filter(({ part }) => part === "note");
  const rows = items.filter(({ part, change }) => part !== "note" && change !== "same");
  return (
    <div className="stack">
      <p className="soft small">
        {t("settings:transfer.from", {
          at: formatFullMoment(Date.parse(about.createdAt) * 1_000),
          version: about.gateway,
        })}
      </p>
      {problems.map((problem) => (
        <Notice key={problem} tone="bad">
          {said(problem)}
        </Notice>
      ))}
      {rows.length === 0 ? (
        <p>{t("settings:transfer.nothing")}</p>
      ) : (
        <table className="table setting-table">
          <thead>
            <tr>
              <th scope="col">{t("settings:transfer.what")}</th>
              <th scope="col">{t("settings:transfer.name")}</th>
              <th scope="col">{t("settings:transfer.change")}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ part, name, change, note }) => (
              <tr key={`${part} ${name}`}>
                <td>{t(`settings:transfer.kinds.${part}`)}</td>
                <td className="transfer-name">
                  {name}
                  {note !== null && <p className="soft small">{said(note)}</p>}
                </td>
                <td>{t(`settings:transfer.changes.${change}`)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {notes.map(({ name }) => (
        <p key={name} className="soft small">
          {said(name)}
        </p>
      ))}
    </div>
  );
}

async function toBase64(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  // A call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += PIECE) text += String.fromCodePoint(...bytes.subarray(at, at + PIECE));
  return btoa(text);
}

const PIECE = 8_192;
