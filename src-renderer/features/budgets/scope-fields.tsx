import { Select, TextInput } from "@mantine/core";
import { t } from "../../i18n/t.ts";
import { scopeOf } from "./limit-changes.ts";
import { withPer } from "./limit-draft.ts";

/** Whom it is for. */
export function ScopeFields<Draft extends { per: string; only: string }>({
  draft,
  scopes,
  onChange,
}: {
  draft: Draft;
  scopes: readonly string[];
  onChange: (draft: Draft) => void;
}) {
  return (
    <>
      <Select
        label={t("budgets:perField")}
        data={scopes.map((value) => ({ value, label: scopeOf(value) }))}
        value={draft.per === "" ? null : draft.per}
        onChange={(per) => per !== null && onChange(withPer(draft, per))}
        allowDeselect={false}
      />
      {draft.per !== "global" && (
        <TextInput
          label={t("budgets:only")}
          placeholder={t("budgets:onlyAll")}
          value={draft.only}
          spellCheck={false}
          onChange={(event) => onChange({ ...draft, only: event.currentTarget.value })}
        />
      )}
    </>
  );
}
