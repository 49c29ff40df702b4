import { Button, Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { Notice } from "../../components/notice.tsx";
import { Sheet } from "../../components/sheet.tsx";
import { Snippet } from "../../components/snippet.tsx";
import type { Operation } from "../../configuration/config-value.ts";
import { ProblemList } from "../../configuration/problem-list.tsx";
import { useCheck } from "../../configuration/use-check.ts";
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

function RouteEditor({ place, configuration, providers, onClose }: Props & { place: number | "new" }) {
  const { value, change, query } = configuration;
  const before = place === "new" ? null : (value.routes[place] ?? null);
  // Both are of the moment at which somebody began.
  const [revision] = useState(query.value?.revision?.id);
  const [draft, setDraft] = useState<RouteDraft>(before === null ? emptyRoute() : draftOfRoute(before));
  const after = routeOf(draft, before);
  const at = place === "new" ? value.routes.length : place;
  const operations: Operation[] =
    before === null ? [{ op: "insert", path: ["routes", at], value: after }] : routeOperations(at, before, after);
  const isWhole = draft.targets.every(({ provider, written }) => provider !== "" || written !== undefined);
  const isReady = operations.length > 0 && isWhole && draft.targets.length > 0;
  const { checked, problem } = useCheck(isReady ? JSON.stringify(operations) : null, (client) =>
    client.call("editConfig", { query: { check: true }, body: { operations } }),
  );
  const save = async (): Promise<void> => {
    const done = await change.run({
      operations,
      undo: before === null ? [{ op: "remove", path: ["routes", at] }] : routeOperations(at, after, before),
      message:
        before === null ? t("routing:added", { name: nameOf(after) }) : t("routing:changed", { name: nameOf(after) }),
      revision,
    });
    if (done !== null) onClose();
  };
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) void save();
      }}
    >
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
      {checked !== null && checked.problems.length > 0 && <ProblemList problems={checked.problems} />}
      {(change.problem ?? problem) !== null && <Notice tone="bad">{change.problem ?? problem}</Notice>}
      <div className="sheet-foot">
        <Button type="submit" variant="filled" disabled={!isReady} loading={change.isRunning}>
          {t("routing:save")}
        </Button>
      </div>
    </form>
  );
}
