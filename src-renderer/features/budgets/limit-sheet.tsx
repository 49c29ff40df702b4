import { useState } from "react";
import { Sheet } from "../../components/sheet.tsx";
import { type LimitList, textOf } from "../../configuration/config-value.ts";
import { useBegun } from "../../configuration/edit-form.tsx";
import type { Configuration } from "../../configuration/use-configuration.ts";
import { t } from "../../i18n/t.ts";
import { BudgetFields } from "./budget-fields.tsx";
import { nameOfLimit } from "./limit-changes.ts";
import {
  budgetOf,
  draftOfBudget,
  draftOfRate,
  isWholeBudget,
  isWholeRate,
  newBudget,
  newRate,
  rateOf,
} from "./limit-draft.ts";
import { LimitForm } from "./limit-form.tsx";
import { RateFields } from "./rate-fields.tsx";

/** What is being written: an entry by its place, or a new one. */
export interface EditedLimit {
  list: LimitList;
  place: number | "new";
}

interface Props {
  configuration: Configuration;
  onClose: () => void;
}

/** One budget or one rate limit. */
export function LimitSheet({ edited, ...props }: Props & { edited: EditedLimit | null }) {
  const { value } = props.configuration;
  const list = edited?.list ?? "budgets";
  const before = typeof edited?.place === "number" ? value.limits[list][edited.place] : undefined;
  const title = before === undefined ? t(`budgets:${list}.add`) : t("budgets:editThing", { name: nameOfLimit(before) });
  const Editor = list === "budgets" ? BudgetEditor : RateEditor;
  return (
    <Sheet title={title} isOpen={edited !== null} onClose={props.onClose} isWide>
      {edited !== null && <Editor key={`${list} ${edited.place}`} place={edited.place} {...props} />}
    </Sheet>
  );
}

function BudgetEditor({ place: asked, configuration, onClose }: Props & { place: number | "new" }) {
  const { place, before } = useBegun(configuration.value.limits.budgets, asked);
  const [draft, setDraft] = useState(() => (before === null ? newBudget() : draftOfBudget(before)));
  const wholes = configuration.value.limits.budgets.flatMap((entry) =>
    entry["per"] === "global" && entry !== before ? [textOf(entry["id"])] : [],
  );
  const form = { list: "budgets" as const, place, before, configuration, onClose };
  return (
    <LimitForm {...form} after={budgetOf(draft, before)} isWhole={isWholeBudget(draft)}>
      <BudgetFields draft={draft} wholes={wholes} onChange={setDraft} />
    </LimitForm>
  );
}

function RateEditor({ place: asked, configuration, onClose }: Props & { place: number | "new" }) {
  const { place, before } = useBegun(configuration.value.limits.rate_limits, asked);
  const [draft, setDraft] = useState(() => (before === null ? newRate() : draftOfRate(before)));
  const form = { list: "rate_limits" as const, place, before, configuration, onClose };
  return (
    <LimitForm {...form} after={rateOf(draft, before)} isWhole={isWholeRate(draft, before)}>
      <RateFields draft={draft} onChange={setDraft} />
    </LimitForm>
  );
}
