import { Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { Sheet } from "../../components/sheet.tsx";
import { Snippet } from "../../components/snippet.tsx";
import type { Operation } from "../../configuration/config-value.ts";
import { EditForm, useBegun } from "../../configuration/edit-form.tsx";
import type { Configuration } from "../../configuration/use-configuration.ts";
import { t } from "../../i18n/t.ts";
import { nameOf } from "./move.tsx";
import { draftOfRoute, emptyRoute, type RouteDraft, routeOf, routeOperations, STRATEGIES } from "./route-draft.ts";
import { Targets } from "./targets.tsx";

interface Props {
  configuration: Configuration;
  providers: string[];
  onClose: () => void;
}

/** One route: whom it is for, and who answers in which order. */
export function RouteSheet({ place, ...props }: Props & { place: number | "new" | null }) {
  const title =
    typeof place === "number"
      ? t("routing:editThing", { name: nameOf(props.configuration.value.routes[place]) })
      : t("routing:addRoute");
  return (
    <Sheet title={title} isOpen={place !== null} onClose={props.onClose} isWide>
      {place !== null && <RouteEditor key={place} place={place} {...props} />}
    </Sheet>
  );
}

function RouteEditor({ place: asked, configuration, providers, onClose }: Props & { place: number | "new" }) {
  const { place, before } = useBegun(configuration.value.routes, asked);
  const [draft, setDraft] = useState<RouteDraft>(before === null ? emptyRoute() : draftOfRoute(before));
  const after = routeOf(draft, before);
  const operations: Operation[] =
    before === null ? [{ op: "insert", path: ["routes", place], value: after }] : routeOperations(place, before, after);
  const isWhole =
    draft.targets.length > 0 &&
    draft.targets.every(({ provider, written }) => provider !== "" || written !== undefined);
  const toSave = () => ({
    undo:
      before === null ? [{ op: "remove" as const, path: ["routes", place] }] : routeOperations(place, after, before),
    message: t(before === null ? "routing:added" : "routing:changed", { name: nameOf(after) }),
  });
  return (
    <EditForm {...{ configuration, operations, isWhole, toSave, onClose }}>
      <div className="route-form">
        <TextInput
          data-autofocus
          label={t("routing:match")}
          description={t("routing:matchHint")}
          value={draft.match}
          spellCheck={false}
          onChange={(event) => setDraft({ ...draft, match: event.currentTarget.value })}
        />
        <Select
          label={t("routing:strategy")}
          description={t("routing:strategyHint")}
          placeholder={draft.targets.length > 1 ? "fallback" : "single"}
          data={STRATEGIES.map((name) => ({ value: name, label: `${name} – ${t(`routing:strategies.${name}`)}` }))}
          value={draft.strategy === "" ? null : draft.strategy}
          onChange={(strategy) => setDraft({ ...draft, strategy: strategy ?? "" })}
          clearable
        />
      </div>
      {before?.["when"] !== undefined && (
        <div>
          <p className="soft small">{t("routing:conditionsText")}</p>
          <Snippet value={JSON.stringify(before["when"], null, 2)} thing={t("routing:conditions")} />
        </div>
      )}
      <Targets targets={draft.targets} providers={providers} onChange={(targets) => setDraft({ ...draft, targets })} />
    </EditForm>
  );
}
