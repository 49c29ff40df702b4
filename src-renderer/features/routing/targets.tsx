import { ActionIcon, Button, Select, TextInput } from "@mantine/core";
import { Icon } from "../../components/icon.tsx";
import { t } from "../../i18n/t.ts";
import { Move } from "./move.tsx";
import { isGroupTarget, moved, newTarget, type TargetDraft } from "./route-draft.ts";

/** Who answers, in order. */
export function Targets({
  targets,
  providers,
  onChange,
}: {
  targets: TargetDraft[];
  providers: string[];
  onChange: (targets: TargetDraft[]) => void;
}) {
  const add = (): void => onChange([...targets, newTarget(Math.max(0, ...targets.map(({ key }) => key)) + 1)]);
  return (
    <fieldset className="targets">
      <legend>{t("routing:targets")}</legend>
      <ol>
        {targets.map((target, place) => (
          <li key={target.key}>
            <Target
              target={target}
              place={place}
              providers={providers}
              onChange={(part) => onChange(targets.map((each) => (each === target ? { ...each, ...part } : each)))}
            />
            <div className="route-deeds">
              <Move
                name={t("routing:target", { place: place + 1 })}
                isUp
                isOff={place === 0}
                onMove={() => onChange(moved(targets, place, place - 1))}
              />
              <Move
                name={t("routing:target", { place: place + 1 })}
                isOff={place === targets.length - 1}
                onMove={() => onChange(moved(targets, place, place + 1))}
              />
              <ActionIcon
                aria-label={t("routing:removeThing", { name: t("routing:target", { place: place + 1 }) })}
                disabled={targets.length === 1}
                onClick={() => onChange(targets.filter((each) => each !== target))}
              >
                <Icon name="close" />
              </ActionIcon>
            </div>
          </li>
        ))}
      </ol>
      <Button onClick={add}>{t("routing:addTarget")}</Button>
    </fieldset>
  );
}

function Target({
  target,
  place,
  providers,
  onChange,
}: {
  target: TargetDraft;
  place: number;
  providers: string[];
  onChange: (part: Partial<TargetDraft>) => void;
}) {
  if (isGroupTarget(target)) {
    return (
      <details className="target-group">
        <summary>{t("routing:group")}</summary>
        <pre>{JSON.stringify(target.written, null, 2)}</pre>
      </details>
    );
  }
  const known = target.provider === "" || providers.includes(target.provider);
  return (
    <div className="target">
      <Select
        aria-label={t("routing:providerOf", { place: place + 1 })}
        placeholder={t("routing:provider")}
        data={known ? providers : [...providers, target.provider]}
        value={target.provider === "" ? null : target.provider}
        onChange={(provider) => provider !== null && onChange({ provider })}
        allowDeselect={false}
        searchable
      />
      <TextInput
        aria-label={t("routing:modelOf", { place: place + 1 })}
        placeholder={t("routing:modelAsked")}
        value={target.model}
        spellCheck={false}
        onChange={(event) => onChange({ model: event.currentTarget.value })}
      />
      <TextInput
        type="number"
        min={0}
        step="any"
        aria-label={t("routing:weightOf", { place: place + 1 })}
        placeholder={t("routing:weight")}
        value={target.weight}
        onChange={(event) => onChange({ weight: event.currentTarget.value })}
      />
    </div>
  );
}
