import { Button } from "@mantine/core";
import { useState } from "react";
import type { OriginalFileView } from "../../../src-gateway/admin-api/contract/found-key-endpoints.ts";
import { useSessionState } from "../../api/gateway-context.tsx";
import { useAction } from "../../api/use-action.ts";
import { DiffText } from "../../components/diff-text.tsx";
import { Notice } from "../../components/notice.tsx";
import { showToast } from "../../components/toasts.tsx";
import { t } from "../../i18n/t.ts";

interface Found {
  files: readonly OriginalFileView[];
  removed: readonly unknown[];
}

/** Keys that the gateway keeps, in the files that they came from. Nothing is read before somebody wants to know. */
export function OriginalKeys() {
  const session = useSessionState();
  const mayLook = session.phase === "signed-in" && session.user.role === "root_admin";
  return mayLook ? <Look /> : null;
}

function Look() {
  const [found, setFound] = useState<Found | null>(null);
  const looking = useAction((client) => client.call("findOriginalKeys"));
  const removing = useAction((client, ids: string[]) => client.call("removeOriginalKeys", { body: { ids } }));
  const restoring = useAction((client) => client.call("restoreOriginalKeys"));
  const look = async (): Promise<void> => setFound(await looking.run(null));
  const restore = async (): Promise<void> => {
    const done = await restoring.run(null);
    if (done === null) return;
    showToast({ text: t("providers:originals.restored", { count: done.restored.length }) });
    if (done.gone.length > 0)
      showToast({ text: t("providers:originals.gone", { count: done.gone.length }), tone: "bad" });
    await look();
  };
  const remove = async (ids: string[]): Promise<void> => {
    const removed = await removing.run(ids);
    if (removed === null) return;
    const text = t("providers:originals.removed", { count: removed.length });
    showToast({ text, undo: () => void restore() });
    await look();
  };
  const problem = looking.problem ?? removing.problem ?? restoring.problem;
  return (
    <section className="panel panel-body stack found-keys" aria-label={t("providers:originals.title")}>
      <div className="found-head">
        <div>
          <p>{t("providers:originals.title")}</p>
          <p className="soft small">{t("providers:originals.text")}</p>
        </div>
        <Button loading={looking.isRunning} onClick={() => void look()}>
          {t("providers:originals.look")}
        </Button>
      </div>
      {problem !== null && <Notice tone="bad">{problem}</Notice>}
      {found !== null && (
        <Files
          found={found}
          isBusy={removing.isRunning || restoring.isRunning}
          onRemove={(ids) => void remove(ids)}
          onRestore={() => void restore()}
        />
      )}
    </section>
  );
}

function Files({
  found: { files, removed },
  isBusy,
  onRemove,
  onRestore,
}: {
  found: Found;
  isBusy: boolean;
  onRemove: (ids: string[]) => void;
  onRestore: () => void;
}) {
  const ids = files.flatMap(({ keys }) => keys.map(({ id }) => id));
  return (
    <>
      {files.length === 0 && <p className="soft">{t("providers:originals.none")}</p>}
      {files.map(({ name, diff, left }) => (
        <div key={name} className="stack">
          {diff !== "" && (
            <>
              <code>{`~/${name}`}</code>
              <DiffText diff={diff} label={t("providers:originals.diff", { name })} />
            </>
          )}
          {left.map(({ line, variable }) => (
            <p key={line} className="soft small">
              {t("providers:originals.left", { name, line, variable })}
            </p>
          ))}
        </div>
      ))}
      <div className="found-head">
        {ids.length > 0 && (
          <Button variant="filled" loading={isBusy} onClick={() => onRemove(ids)}>
            {t("providers:originals.remove", { count: ids.length })}
          </Button>
        )}
        {removed.length > 0 && (
          <Button loading={isBusy} onClick={onRestore}>
            {t("providers:originals.restore")}
          </Button>
        )}
      </div>
    </>
  );
}
