import { TextInput } from "@mantine/core";
import { t } from "../../i18n/t.ts";
import { MAXIMA, RATE_SCOPES, type RateDraft } from "./limit-draft.ts";
import { ScopeFields } from "./scope-fields.tsx";

/** Whom a rate limit is for, and how much it lets through. */
export function RateFields({ draft, onChange }: { draft: RateDraft; onChange: (draft: RateDraft) => void }) {
  const labels = {
    requests_per_minute: t("budgets:perMinute"),
    tokens_per_minute: t("budgets:tokensPerMinute"),
    concurrent: t("budgets:concurrent"),
  };
  return (
    <>
      <div className="limit-form">
        <TextInput
          data-autofocus
          label={t("budgets:name")}
          placeholder={t("budgets:nameOptional")}
          value={draft.id}
          spellCheck={false}
          onChange={(event) => onChange({ ...draft, id: event.currentTarget.value })}
        />
        <ScopeFields draft={draft} scopes={RATE_SCOPES} onChange={onChange} />
      </div>
      <div className="limit-form">
        {MAXIMA.map((name) => (
          <TextInput
            key={name}
            type="number"
            min={0}
            label={labels[name]}
            placeholder={t("budgets:noLimit")}
            value={draft[name]}
            onChange={(event) => onChange({ ...draft, [name]: event.currentTarget.value })}
          />
        ))}
      </div>
      <p className="soft small">{t("budgets:ratesText")}</p>
    </>
  );
}
