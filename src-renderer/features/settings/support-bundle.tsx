import { Button } from "@mantine/core";
import { useState } from "react";
import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { useAction } from "../../api/use-action.ts";
import { Notice } from "../../components/notice.tsx";
import { saveFile } from "../../components/save-file.ts";
import { formatBytes } from "../../format/numbers.ts";
import { t } from "../../i18n/t.ts";

/** What to send along with a question: listed, and to be read, before it is saved. */
export function SupportBundle() {
  const [bundle, setBundle] = useState<ReplyOf<"getSupportBundle"> | null>(null);
  const gathering = useAction((client) => client.call("getSupportBundle"));
  return (
    <section className="panel panel-body stack">
      <h2>{t("settings:support.title")}</h2>
      <p className="soft">{t("settings:support.text")}</p>
      {gathering.problem !== null && <Notice tone="bad">{gathering.problem}</Notice>}
      {bundle !== null && (
        <>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t("settings:support.section")}</th>
                <th scope="col" className="number">
                  {t("settings:support.size")}
                </th>
              </tr>
            </thead>
            <tbody>
              {bundle.sections.map(({ name, bytes }) => (
                <tr key={name}>
                  <td>{t(`settings:support.sections.${name}`)}</td>
                  <td className="number">{formatBytes(bytes)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <details>
            <summary>{t("settings:support.look")}</summary>
            {/* It scrolls, so the keyboard must be able to get there. */}
            {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrollable regions need a tab stop */}
            <section className="support-content" tabIndex={0} aria-label={t("settings:support.look")}>
              <pre>{bundle.content}</pre>
            </section>
          </details>
        </>
      )}
      <div className="settings-bar">
        <Button loading={gathering.isRunning} onClick={() => void gathering.run(undefined).then(setBundle)}>
          {t("settings:support.gather")}
        </Button>
        {bundle !== null && (
          <Button variant="filled" onClick={() => saveFile(bundle.fileName, "application/json", bundle.content)}>
            {t("settings:support.save")}
          </Button>
        )}
      </div>
    </section>
  );
}
