import "../requests/details.css";
import "./playground.css";
import { Button, Switch } from "@mantine/core";
import { useEffect, useState } from "react";
import { useQuery } from "../../api/use-query.ts";
import { showToast } from "../../components/toasts.tsx";
import { t } from "../../i18n/t.ts";
import { ColumnPane } from "./column-pane.tsx";
import { Composer } from "./composer.tsx";
import { OptionFields } from "./option-fields.tsx";
import { isAnswering, SIDES, shownSides } from "./playground.ts";
import { usePlayground } from "./use-playground.ts";

/** Ask models by hand, in the words of any client, and see what goes over the wire. */
export function PlaygroundPage() {
  const { playground, state } = usePlayground();
  const models = useQuery("models", (client) => client.call("listModels"));
  const names = models.value?.map(({ id }) => id) ?? [];
  const [showsOptions, setShowsOptions] = useState(false);
  const isBusy = isAnswering(state);
  const isBlank = SIDES.every((side) => state.columns[side].rounds.length === 0);
  useEffect(() => {
    if (!isBusy) return;
    const stop = (event: KeyboardEvent): void => {
      if (event.key === "Escape" && !event.defaultPrevented) playground.stop();
    };
    window.addEventListener("keydown", stop);
    return () => window.removeEventListener("keydown", stop);
  }, [isBusy, playground]);
  const clear = (): void => {
    const undo = playground.clear();
    showToast({ text: t("playground:cleared"), undo });
  };
  return (
    <div className="playground">
      <header className="playground-head">
        <h1>{t("playground:title")}</h1>
        <div className="panel-actions">
          <Switch
            label={t("playground:compare")}
            checked={state.isCompared}
            onChange={(event) => playground.set({ isCompared: event.currentTarget.checked })}
          />
          <Button
            aria-expanded={showsOptions}
            aria-controls="playground-options"
            onClick={() => setShowsOptions(!showsOptions)}
          >
            {t("playground:options")}
          </Button>
          <Button disabled={isBlank} onClick={clear}>
            {t("playground:clear")}
          </Button>
        </div>
      </header>
      {showsOptions && <OptionFields options={state.options} onChange={(options) => playground.set({ options })} />}
      <div className="playground-columns" data-compared={state.isCompared}>
        {shownSides(state).map((side) => (
          <ColumnPane
            key={side}
            side={side}
            column={state.columns[side]}
            models={names}
            onChange={(change) => playground.setColumn(side, change)}
          />
        ))}
      </div>
      <Composer playground={playground} state={state} isBusy={isBusy} />
    </div>
  );
}
