import { ActionIcon, Button, Select, TextInput } from "@mantine/core";
import { Icon } from "../../components/icon.tsx";
import { t } from "../../i18n/t.ts";
import { ACTS, newThreshold, type ThresholdDraft, withAct } from "./limit-draft.ts";

/** What is done when how much of a budget is used. */
export function Thresholds({
  thresholds,
  onChange,
}: {
  thresholds: ThresholdDraft[];
  onChange: (thresholds: ThresholdDraft[]) => void;
}) {
  return (
    <fieldset className="thresholds">
      <legend>{t("budgets:steps")}</legend>
      {thresholds.length > 0 && (
        <ol>
          {thresholds.map((threshold, place) => (
            <li key={threshold.key}>
              <Threshold
                threshold={threshold}
                place={place + 1}
                onChange={(next) => onChange(thresholds.map((each) => (each === threshold ? next : each)))}
              />
              <ActionIcon
                aria-label={t("budgets:removeStep", { place: place + 1 })}
                onClick={() => onChange(thresholds.filter((each) => each !== threshold))}
              >
                <Icon name="close" />
              </ActionIcon>
            </li>
          ))}
        </ol>
      )}
      <Button onClick={() => onChange([...thresholds, newThreshold(thresholds)])}>{t("budgets:addStep")}</Button>
    </fieldset>
  );
}

function Threshold({
  threshold,
  place,
  onChange,
}: {
  threshold: ThresholdDraft;
  place: number;
  onChange: (threshold: ThresholdDraft) => void;
}) {
  return (
    <div className="threshold">
      <TextInput
        type="number"
        min={0}
        step="any"
        aria-label={t("budgets:percentOf", { place })}
        rightSection="%"
        value={threshold.percent}
        onChange={(event) => onChange({ ...threshold, percent: event.currentTarget.value })}
      />
      <Select
        aria-label={t("budgets:actOf", { place })}
        data={ACTS.map((value) => ({ value, label: t(`budgets:acts.${value}`) }))}
        value={threshold.do === "" ? null : threshold.do}
        onChange={(act) => act !== null && onChange(withAct(threshold, act))}
        allowDeselect={false}
      />
      {threshold.do === "downgrade" && (
        <TextInput
          aria-label={t("budgets:modelOf", { place })}
          placeholder={t("budgets:model")}
          value={threshold.to}
          spellCheck={false}
          onChange={(event) => onChange({ ...threshold, to: event.currentTarget.value })}
        />
      )}
      {threshold.do === "ask" && (
        <TextInput
          aria-label={t("budgets:waitOf", { place })}
          placeholder={t("budgets:wait")}
          value={threshold.wait}
          spellCheck={false}
          onChange={(event) => onChange({ ...threshold, wait: event.currentTarget.value })}
        />
      )}
    </div>
  );
}
