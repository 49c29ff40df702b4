import { MultiSelect, NumberInput, Select, TagsInput } from "@mantine/core";
import { useQuery } from "../../api/use-query.ts";
import { oneOf } from "../../components/use-address.ts";
import { t } from "../../i18n/t.ts";
import { BUDGET_SPANS, BUDGET_UNITS, type KeyDraft, SURFACE_SCOPES } from "./key-types.ts";

export interface KeyTermsProps {
  draft: KeyDraft;
  change: (changes: Partial<KeyDraft>) => void;
}

/** What a key may be used for, and how much. */
export function KeyTerms({ draft, change }: KeyTermsProps) {
  const models = useQuery("models", (client) => client.call("listModels"));
  const providers = useQuery("providers", (client) => client.call("listProviders"));
  return (
    <>
      <fieldset className="fields">
        <legend>{t("keys:scopes")}</legend>
        <p className="soft small">{t("keys:scopesHint")}</p>
        <TagsInput
          size="xs"
          label={t("keys:models")}
          description={t("keys:modelsHint")}
          placeholder={draft.models.length === 0 ? t("keys:anyModel") : ""}
          data={[...new Set(models.value?.map(({ id }) => id))]}
          limit={50}
          value={draft.models}
          onChange={(next) => change({ models: next })}
        />
        <MultiSelect
          size="xs"
          label={t("keys:surfaces")}
          placeholder={draft.surfaces.length === 0 ? t("keys:anySurface") : ""}
          data={SURFACE_SCOPES.map((value) => ({ value, label: t(`keys:surfaceNames.${value}`) }))}
          value={draft.surfaces}
          onChange={(next) => change({ surfaces: next })}
        />
        <MultiSelect
          size="xs"
          label={t("keys:providers")}
          placeholder={draft.providers.length === 0 ? t("keys:anyProvider") : ""}
          data={[...new Set([...(providers.value?.map(({ id }) => id) ?? []), ...draft.providers])]}
          value={draft.providers}
          onChange={(next) => change({ providers: next })}
        />
      </fieldset>
      <KeyLimits draft={draft} change={change} />
    </>
  );
}

function KeyLimits({ draft, change }: KeyTermsProps) {
  const amounts = ["requestsPerMinute", "tokensPerMinute", "concurrent"] as const;
  return (
    <fieldset className="fields">
      <legend>{t("keys:limits")}</legend>
      <div className="fields-row">
        {amounts.map((name) => (
          <NumberInput
            key={name}
            size="xs"
            hideControls
            min={0}
            allowDecimal={false}
            thousandSeparator=","
            label={t(`keys:limitNames.${name}`)}
            placeholder={t("keys:noLimit")}
            value={draft[name]}
            onChange={(value) => change({ [name]: value })}
          />
        ))}
      </div>
      <div className="fields-row">
        <NumberInput
          size="xs"
          hideControls
          min={0}
          thousandSeparator=","
          label={t("keys:budget")}
          placeholder={t("keys:noLimit")}
          value={draft.budget}
          onChange={(budget) => change({ budget })}
        />
        <Select
          label={t("keys:budgetUnit")}
          data={BUDGET_UNITS.map((value) => ({ value, label: t(`keys:units.${value}`) }))}
          value={draft.budgetUnit}
          onChange={(value) => change({ budgetUnit: oneOf(BUDGET_UNITS, value) ?? "usd" })}
          allowDeselect={false}
        />
        <Select
          label={t("keys:budgetPer")}
          data={BUDGET_SPANS.map((value) => ({ value, label: t(`keys:spanNames.${value}`) }))}
          value={draft.budgetPer}
          onChange={(value) => change({ budgetPer: oneOf(BUDGET_SPANS, value) ?? "month" })}
          allowDeselect={false}
        />
      </div>
    </fieldset>
  );
}
