import { NumberInput, Select, Textarea } from "@mantine/core";
import { t } from "../../i18n/t.ts";
import { readTools } from "./spell-request.ts";
import { EFFORTS, type Options } from "./talk.ts";

const TOOLS_EXAMPLE = `[{ "name": "weather", "description": "…", "parameters": { "type": "object" } }]`;

/** What is asked for beside the words; the same for both columns. */
export function OptionFields({ options, onChange }: { options: Options; onChange: (options: Options) => void }) {
  const { system, maxTokens, temperature, effort, tools } = options;
  const numberOf = (value: string | number): number | null => (typeof value === "number" ? value : null);
  return (
    <section id="playground-options" className="playground-options" aria-label={t("playground:options")}>
      <Textarea
        size="xs"
        label={t("playground:system")}
        autosize={false}
        rows={3}
        value={system}
        onChange={(event) => onChange({ ...options, system: event.currentTarget.value })}
      />
      <Textarea
        size="xs"
        label={t("playground:tools")}
        rows={3}
        placeholder={TOOLS_EXAMPLE}
        value={tools}
        error={areTools(tools) ? null : t("playground:toolsProblem")}
        classNames={{ input: "mono" }}
        onChange={(event) => onChange({ ...options, tools: event.currentTarget.value })}
      />
      <div className="playground-numbers">
        <NumberInput
          size="xs"
          label={t("playground:maxTokens")}
          placeholder={t("playground:standard")}
          min={1}
          max={1_000_000}
          allowDecimal={false}
          value={maxTokens ?? ""}
          onChange={(next) => onChange({ ...options, maxTokens: numberOf(next) })}
        />
        <NumberInput
          size="xs"
          label={t("playground:temperature")}
          placeholder={t("playground:standard")}
          min={0}
          max={2}
          step={0.1}
          value={temperature ?? ""}
          onChange={(next) => onChange({ ...options, temperature: numberOf(next) })}
        />
        <Select
          label={t("playground:effort")}
          placeholder={t("playground:standard")}
          clearable
          data={EFFORTS.map((value) => ({ value, label: t(`playground:efforts.${value}`) }))}
          value={effort}
          onChange={(next) => onChange({ ...options, effort: EFFORTS.find((each) => each === next) ?? null })}
        />
      </div>
    </section>
  );
}

export function areTools(text: string): boolean {
  try {
    readTools(text);
    return true;
  } catch {
    return false;
  }
}
