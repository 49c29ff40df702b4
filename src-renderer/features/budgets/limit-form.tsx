import { Button } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { Notice } from "../../components/notice.tsx";
import { Snippet } from "../../components/snippet.tsx";
import { type Entry, entryOperations, type LimitList, type Operation } from "../../configuration/config-value.ts";
import { ProblemList } from "../../configuration/problem-list.tsx";
import { useCheck } from "../../configuration/use-check.ts";
import type { Configuration } from "../../configuration/use-configuration.ts";
import { t } from "../../i18n/t.ts";
import { entryYaml } from "./entry-yaml.ts";
import { nameOfLimit, pathOf, withLimit } from "./limit-changes.ts";

/** What budgets and rate limits have in common while they are written: they are checked, shown as YAML, and saved. */
export function LimitForm({
  list,
  place,
  before,
  after,
  isWhole,
  configuration: { value, change, query },
  onClose,
  children,
}: {
  list: LimitList;
  place: number;
  /** Null for a new one. */
  before: Entry | null;
  after: Entry;
  isWhole: boolean;
  configuration: Configuration;
  onClose: () => void;
  children: ReactNode;
}) {
  // Of the moment at which somebody began: the place may be another's by now.
  const [revision] = useState(query.value?.revision?.id);
  const operations: Operation[] =
    before === null
      ? [{ op: "insert", path: [list, place], value: after }]
      : entryOperations([list, place], before, after);
  const isReady = isWhole && operations.length > 0;
  const { checked, problem } = useCheck(isReady ? JSON.stringify(operations) : null, (client) =>
    client.call("editConfig", { query: { check: true }, body: { operations } }),
  );
  const save = async (): Promise<void> => {
    const path = pathOf(list, place, after);
    const done = await change.run({
      operations,
      undo: before === null ? [{ op: "remove", path }] : undoOf(path, after, before),
      message: t(before === null ? `budgets:${list}.added` : `budgets:${list}.changed`, { name: nameOfLimit(after) }),
      supposed: withLimit(value, list, place, after),
      revision,
    });
    if (done !== null) onClose();
  };
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) void save();
      }}
    >
      {children}
      {before?.["schedule"] !== undefined && <p className="soft small">{t("budgets:scheduleStays")}</p>}
      <details>
        <summary className="small">{t("budgets:asYaml")}</summary>
        <Snippet value={entryYaml(after)} thing={t("budgets:asYaml")} />
      </details>
      {checked !== null && checked.problems.length > 0 && <ProblemList problems={checked.problems} />}
      {(change.problem ?? problem) !== null && <Notice tone="bad">{change.problem ?? problem}</Notice>}
      <div className="sheet-foot">
        <Button type="submit" variant="filled" disabled={!isReady} loading={change.isRunning}>
          {t("budgets:save")}
        </Button>
      </div>
    </form>
  );
}

/** The id goes last: by it the entry is found. */
const undoOf = (path: Operation["path"], after: Entry, before: Entry): Operation[] =>
  entryOperations(path, after, before).toSorted(
    (a, b) => Number(a.path.at(-1) === "id") - Number(b.path.at(-1) === "id"),
  );
