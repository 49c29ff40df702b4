import { Select, TextInput } from "@mantine/core";
import { t } from "../../i18n/t.ts";
import { BUDGET_SCOPES, type BudgetDraft, isPart, KINDS, UNITS, WINDOWS, withKind, withWindow } from "./limit-draft.ts";
import { ScopeFields } from "./scope-fields.tsx";
import { Thresholds } from "./thresholds.tsx";

/** A span that moves on, in place of one that the calendar knows. */
const SPAN = "span" as const;
const FIRST_SPAN = "5h";

interface Props {
  draft: BudgetDraft;
  /** Budgets for everybody together, which parts can be set aside in. */
  wholes: string[];
  onChange: (draft: BudgetDraft) => void;
}

/** Whom a budget is for, how much it is, and what is done as it is used. */
export function BudgetFields(props: Props) {
  const { draft, onChange } = props;
  return (
    <>
      <div className="limit-form">
        <TextInput
          data-autofocus
          required
          label={t("budgets:name")}
          placeholder={t("budgets:nameExample")}
          value={draft.id}
          spellCheck={false}
          onChange={(event) => onChange({ ...draft, id: event.currentTarget.value })}
        />
        <ScopeFields draft={draft} scopes={BUDGET_SCOPES} onChange={onChange} />
      </div>
      <AmountFields {...props} />
      <Thresholds thresholds={draft.at} onChange={(at) => onChange({ ...draft, at })} />
      <p className="soft small">{t(`budgets:kindHints.${KINDS.find((kind) => kind === draft.kind) ?? "hard"}`)}</p>
    </>
  );
}

function AmountFields({ draft, wholes, onChange }: Props) {
  const isPool = draft.kind === "pool";
  return (
    <div className="limit-form">
      <TextInput
        type="number"
        required
        min={0}
        step="any"
        label={t("budgets:limit")}
        value={draft.limit}
        onChange={(event) => onChange({ ...draft, limit: event.currentTarget.value })}
      />
      <Select
        label={t("budgets:unit")}
        data={UNITS.map((value) => ({ value, label: t(`budgets:units.${value}`) }))}
        value={draft.unit === "" ? "usd" : draft.unit}
        onChange={(unit) => unit !== null && onChange({ ...draft, unit })}
        allowDeselect={false}
      />
      <WindowFields draft={draft} standard={isPool ? "total" : "month"} onChange={onChange} />
      <Select
        label={t("budgets:kind")}
        data={KINDS.map((value) => ({ value, label: t(`budgets:kinds.${value}`) }))}
        value={draft.kind === "" ? "hard" : draft.kind}
        onChange={(kind) => kind !== null && onChange(withKind(draft, kind))}
        allowDeselect={false}
      />
      {isPart(draft.kind) && (
        <Select
          label={t("budgets:of")}
          placeholder={wholes.length === 0 ? t("budgets:noWhole") : ""}
          data={[...new Set([...wholes, ...(draft.of === "" ? [] : [draft.of])])]}
          value={draft.of === "" ? null : draft.of}
          onChange={(of) => onChange({ ...draft, of: of ?? "" })}
          allowDeselect={false}
        />
      )}
      {draft.kind === "burstable" && (
        <TextInput
          type="number"
          min={0}
          step="any"
          label={t("budgets:burst")}
          value={draft.burst}
          onChange={(event) => onChange({ ...draft, burst: event.currentTarget.value })}
        />
      )}
    </div>
  );
}

function WindowFields({ draft, standard, onChange }: Omit<Props, "wholes"> & { standard: "month" | "total" }) {
  const window = draft.window === "" ? standard : draft.window;
  const isSpan = !WINDOWS.some((each) => each === window);
  const choices = [...WINDOWS, SPAN].map((value) => ({ value, label: t(`budgets:windows.${value}`) }));
  return (
    <>
      <Select
        label={t("budgets:window")}
        data={choices}
        value={isSpan ? SPAN : window}
        onChange={(next) => next !== null && onChange(withWindow(draft, next === SPAN ? FIRST_SPAN : next))}
        allowDeselect={false}
      />
      {isSpan && (
        <TextInput
          label={t("budgets:span")}
          value={draft.window}
          spellCheck={false}
          onChange={(event) => onChange(withWindow(draft, event.currentTarget.value))}
        />
      )}
      {window === "total" && (
        <TextInput
          type="date"
          label={t("budgets:from")}
          value={draft.from}
          onChange={(event) => onChange({ ...draft, from: event.currentTarget.value })}
        />
      )}
    </>
  );
}
