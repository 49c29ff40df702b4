import { Button, TextInput } from "@mantine/core";
import { useState } from "react";
import type { AdminClient } from "../../../src-gateway/admin-api/contract/client.ts";
import type { RevisionView } from "../../../src-gateway/admin-api/contract/configuration-schemas.ts";
import { useAction } from "../../api/use-action.ts";
import { useQuery } from "../../api/use-query.ts";
import { Notice } from "../../components/notice.tsx";
import { QueryState } from "../../components/query-state.tsx";
import { Sheet } from "../../components/sheet.tsx";
import { showToast } from "../../components/toasts.tsx";
import { ProblemList } from "../../configuration/problem-list.tsx";
import { t } from "../../i18n/t.ts";
import { Changes, UnifiedDiff } from "./revision-diff.tsx";

interface Props {
  /** What is in force. */
  newest: RevisionView | null;
  onClose: () => void;
  onDone: () => void;
}

/** Says what would change before an earlier version is in force again. */
export function RollbackSheet({ revision, ...props }: Props & { revision: RevisionView | null }) {
  const title = t("config-history:goBackTo", { id: revision?.id ?? 0 });
  return (
    <Sheet title={title} isOpen={revision !== null} onClose={props.onClose} isWide>
      {revision !== null && props.newest !== null && <Rollback to={revision.id} {...props} now={props.newest.id} />}
    </Sheet>
  );
}

function Rollback({ to, now, onClose, onDone }: Props & { to: number; now: number }) {
  const [message, setMessage] = useState("");
  const query = useQuery(`rollback ${now} ${to}`, async (client) => {
    const [diff, checked] = await Promise.all([
      client.call("diffConfig", { query: { from: now, to } }),
      client.call("rollbackConfig", { query: { check: true }, body: { to } }),
    ]);
    return { ...diff, problems: checked.problems, missing: checked.missing };
  });
  const rollback = useAction((client: AdminClient, said: string) =>
    client.call("rollbackConfig", { body: { to, revision: now, ...(said === "" ? {} : { message: said }) } }),
  );
  const undo = useAction((client: AdminClient, _input: null) => client.call("rollbackConfig", { body: { to: now } }));
  const run = async (): Promise<void> => {
    if ((await rollback.run(message.trim())) === null) return;
    showToast({
      text: t("config-history:wentBack", { id: to }),
      undo: () => void undo.run(null).then(onDone),
    });
    onDone();
    onClose();
  };
  const isBlocked = query.value === null || query.value.problems.length > 0 || query.value.missing.length > 0;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isBlocked) void run();
      }}
    >
      <QueryState query={query} rows={6}>
        {({ changes, diff, problems, missing }) => (
          <>
            <Changes changes={changes} />
            {diff === "" ? <p className="soft">{t("config-history:same")}</p> : <UnifiedDiff diff={diff} />}
            {problems.length > 0 && <ProblemList problems={problems} />}
            {missing.length > 0 && (
              <Notice tone="warn">{t("config-history:missing", { lines: missing.join(", ") })}</Notice>
            )}
          </>
        )}
      </QueryState>
      {rollback.problem !== null && <Notice tone="bad">{rollback.problem}</Notice>}
      <TextInput
        label={t("config-history:message")}
        maxLength={500}
        value={message}
        onChange={(event) => setMessage(event.currentTarget.value)}
      />
      <div className="sheet-foot">
        <Button onClick={onClose}>{t("config-history:stay")}</Button>
        <Button type="submit" variant="filled" disabled={isBlocked} loading={rollback.isRunning}>
          {t("config-history:goBack")}
        </Button>
      </div>
    </form>
  );
}
