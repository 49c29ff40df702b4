import { Autocomplete, Button, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { t } from "../../i18n/t.ts";
import { type ActFilter, FILTER_KEYS } from "./act-types.ts";

const ACTIONS = ["user.*", "api_key.*", "team.*", "project.*", "config.*", "session.*", "budget_ask.*", "secret.*"];

/** Asks when the person has typed to the end. Another address is another form. */
export function AuditFilters({
  filter,
  onChange,
}: {
  filter: ActFilter;
  onChange: (changes: Record<string, string | null>) => void;
}) {
  return <FilterForm key={JSON.stringify(filter)} filter={filter} onChange={onChange} />;
}

function FilterForm({ filter, onChange }: Parameters<typeof AuditFilters>[0]) {
  const [typed, setTyped] = useState(filter);
  const type = (key: keyof ActFilter, value: string): void => setTyped((old) => ({ ...old, [key]: value }));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onChange(Object.fromEntries(FILTER_KEYS.map((key) => [key, typed[key]?.trim() || null])));
  };
  const text = (key: "actor" | "targetKind" | "targetId") => (
    <TextInput
      aria-label={t(`audit:filters.${key}`)}
      placeholder={t(`audit:filters.${key}`)}
      value={typed[key] ?? ""}
      onChange={(event) => type(key, event.currentTarget.value)}
    />
  );
  const day = (key: "from" | "to") => (
    <TextInput
      type="date"
      aria-label={t(`audit:filters.${key}`)}
      title={t(`audit:filters.${key}`)}
      value={typed[key] ?? ""}
      onChange={(event) => type(key, event.currentTarget.value)}
    />
  );
  return (
    <search>
      <form className="audit-filters" onSubmit={submit}>
        {text("actor")}
        <Autocomplete
          size="xs"
          aria-label={t("audit:filters.action")}
          placeholder={t("audit:filters.action")}
          data={ACTIONS}
          value={typed.action ?? ""}
          onChange={(value) => type("action", value)}
        />
        {text("targetKind")}
        {text("targetId")}
        {day("from")}
        {day("to")}
        <Button type="submit">{t("audit:apply")}</Button>
      </form>
    </search>
  );
}
