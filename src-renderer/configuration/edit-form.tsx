import { Button } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { Notice } from "../components/notice.tsx";
import { t } from "../i18n/t.ts";
import type { Entry, Operation } from "./config-value.ts";
import { ProblemList } from "./problem-list.tsx";
import { useCheck } from "./use-check.ts";
import type { ConfigChange, Configuration } from "./use-configuration.ts";

/** An entry as it was when somebody began; null for a new one, which goes to the end. Its place may be another's later. */
export function useBegun(entries: readonly Entry[], asked: number | "new"): { place: number; before: Entry | null } {
  const [begun] = useState(() =>
    asked === "new" ? { place: entries.length, before: null } : { place: asked, before: entries[asked] ?? null },
  );
  return begun;
}

/** An entry of the configuration while somebody writes it: checked by the gateway as they type, saved, and closed then. */
export function EditForm({
  configuration: { change, basis },
  operations,
  isWhole,
  toSave,
  onClose,
  children,
}: {
  configuration: Configuration;
  /** What was written, as changes of what is in force; none while nothing was. */
  operations: Operation[];
  /** Whether there is enough to ask the gateway what it thinks of it. */
  isWhole: boolean;
  toSave: () => Omit<ConfigChange, "operations" | "basis">;
  onClose: () => void;
  children: ReactNode;
}) {
  // Of the moment at which somebody began.
  const [begunFrom] = useState(basis);
  const isReady = isWhole && operations.length > 0;
  const { checked, problem } = useCheck(isReady ? JSON.stringify(operations) : null, (client) =>
    client.call("editConfig", { query: { check: true }, body: { operations } }),
  );
  const save = async (): Promise<void> => {
    if ((await change.run({ ...toSave(), operations, basis: begunFrom })) !== null) onClose();
  };
  const shownProblem = change.problem ?? problem;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) void save();
      }}
    >
      {children}
      {checked !== null && checked.problems.length > 0 && <ProblemList problems={checked.problems} />}
      {shownProblem !== null && <Notice tone="bad">{shownProblem}</Notice>}
      <div className="sheet-foot">
        <Button type="submit" variant="filled" disabled={!isReady} loading={change.isRunning}>
          {t("steer:save")}
        </Button>
      </div>
    </form>
  );
}
