import type { ReactNode } from "react";
import { Snippet } from "../../components/snippet.tsx";
import { type Entry, entryOperations, type LimitList, type Operation } from "../../configuration/config-value.ts";
import { EditForm } from "../../configuration/edit-form.tsx";
import type { Configuration } from "../../configuration/use-configuration.ts";
import { t } from "../../i18n/t.ts";
import { entryYaml } from "./entry-yaml.ts";
import { nameOfLimit, pathOf, withLimit } from "./limit-changes.ts";

/** What budgets and rate limits have in common while they are written: how they are changed, and how that is spelled. */
export function LimitForm({
  list,
  place,
  before,
  after,
  isWhole,
  configuration,
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
  const operations: Operation[] =
    before === null
      ? [{ op: "insert", path: [list, place], value: after }]
      : entryOperations([list, place], before, after);
  const path = pathOf(list, place, after);
  const toSave = () => ({
    undo: before === null ? [{ op: "remove" as const, path }] : undoOf(path, after, before),
    message: t(before === null ? `budgets:${list}.added` : `budgets:${list}.changed`, { name: nameOfLimit(after) }),
    supposed: withLimit(configuration.value, list, place, after),
  });
  return (
    <EditForm {...{ configuration, operations, isWhole, toSave, onClose }}>
      {children}
      {before?.["schedule"] !== undefined && <p className="soft small">{t("budgets:scheduleStays")}</p>}
      <details>
        <summary className="small">{t("budgets:asYaml")}</summary>
        <Snippet value={entryYaml(after)} thing={t("budgets:asYaml")} />
      </details>
    </EditForm>
  );
}

/** The id goes last: by it the entry is found. */
const undoOf = (path: Operation["path"], after: Entry, before: Entry): Operation[] =>
  entryOperations(path, after, before).toSorted(
    (a, b) => Number(a.path.at(-1) === "id") - Number(b.path.at(-1) === "id"),
  );
