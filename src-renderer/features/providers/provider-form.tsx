import { PasswordInput, SegmentedControl, Switch, TextInput } from "@mantine/core";
import type { CatalogueEntryView } from "../../../src-gateway/admin-api/contract/provider-setup-endpoints.ts";
import { t } from "../../i18n/t.ts";
import type { KeyWay, ProviderDraft } from "./provider-draft.ts";

/** What a provider is called, where it is, and where its key is. */
export function ProviderForm({
  draft,
  kind,
  isNew,
  hasKey,
  onChange,
}: {
  draft: ProviderDraft;
  kind: CatalogueEntryView | undefined;
  isNew: boolean;
  /** There is a key already, beside which another one can stand. */
  hasKey: boolean;
  onChange: (part: Partial<ProviderDraft>) => void;
}) {
  const usual = Object.values(kind?.protocols ?? {})[0] ?? "";
  return (
    <div className="provider-form">
      {isNew && (
        <TextInput
          data-autofocus
          label={t("providers:name")}
          description={t("providers:nameHint")}
          value={draft.id}
          spellCheck={false}
          onChange={(event) => onChange({ id: event.currentTarget.value })}
        />
      )}
      <TextInput
        label={t("providers:address")}
        description={kind?.needsBaseUrl === true ? t("providers:addressNeeded") : t("providers:addressHint")}
        placeholder={usual.startsWith("http") ? usual : "https://"}
        required={kind?.needsBaseUrl === true}
        value={draft.baseUrl}
        spellCheck={false}
        onChange={(event) => onChange({ baseUrl: event.currentTarget.value })}
      />
      {Object.entries(draft.options).map(([name, value]) => (
        <TextInput
          key={name}
          label={name}
          value={value}
          spellCheck={false}
          onChange={(event) => onChange({ options: { ...draft.options, [name]: event.currentTarget.value } })}
        />
      ))}
      <KeyField draft={draft} kind={kind} isNew={isNew} hasKey={hasKey} onChange={onChange} />
    </div>
  );
}

function KeyField({ draft, kind, isNew, hasKey, onChange }: Parameters<typeof ProviderForm>[0]) {
  const ways: KeyWay[] = [...(isNew ? [] : (["keep"] as const)), "paste", "reference", "none"];
  return (
    <fieldset className="key-field">
      <legend>{t("providers:key")}</legend>
      <SegmentedControl
        size="xs"
        aria-label={t("providers:keyWay")}
        value={draft.keyWay}
        data={ways.map((value) => ({ value, label: t(`providers:keyWays.${value}`) }))}
        onChange={(value) => {
          const way = ways.find((each) => each === value);
          if (way !== undefined) onChange({ keyWay: way });
        }}
      />
      {draft.keyWay === "paste" && (
        <PasswordInput
          size="xs"
          label={t("providers:secret")}
          description={t("providers:secretHint")}
          autoComplete="off"
          value={draft.secret}
          visibilityToggleButtonProps={{ "aria-label": t("providers:showKey") }}
          onChange={(event) => onChange({ secret: event.currentTarget.value })}
        />
      )}
      {draft.keyWay === "reference" && (
        <TextInput
          label={t("providers:reference")}
          description={t("providers:referenceHint")}
          placeholder={`env:${kind?.credentialEnv[0] ?? "MY_KEY"}`}
          value={draft.reference}
          spellCheck={false}
          onChange={(event) => onChange({ reference: event.currentTarget.value })}
        />
      )}
      {!isNew && hasKey && (draft.keyWay === "paste" || draft.keyWay === "reference") && (
        <Switch
          label={t("providers:beside")}
          checked={draft.isBeside}
          onChange={(event) => onChange({ isBeside: event.currentTarget.checked })}
        />
      )}
    </fieldset>
  );
}
