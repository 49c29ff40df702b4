import { ActionIcon, Button } from "@mantine/core";
import { useState } from "react";
import { Empty } from "../../components/empty.tsx";
import { Icon } from "../../components/icon.tsx";
import { type Entry, textOf } from "../../configuration/config-value.ts";
import type { Configuration } from "../../configuration/use-configuration.ts";
import { t } from "../../i18n/t.ts";
import { Move, nameOf } from "./move.tsx";
import { draftOfRoute, isGroupTarget, matchOf, moved } from "./route-draft.ts";
import { RouteSheet } from "./route-sheet.tsx";

/** The routes in their order, which decides between patterns that are equally exact. */
export function Routes({ configuration, providers }: { configuration: Configuration; providers: string[] }) {
  const { value, change, basis } = configuration;
  const [edited, setEdited] = useState<number | "new" | null>(null);
  const move = (from: number, to: number): void =>
    void change.run({
      basis,
      operations: [{ op: "move", path: ["routes", from], to }],
      undo: [{ op: "move", path: ["routes", to], to: from }],
      message: t("routing:movedRoute", { name: nameOf(value.routes[from]) }),
      supposed: { ...value, routes: moved(value.routes, from, to) },
    });
  const remove = (place: number): void => {
    const route = value.routes[place];
    if (route === undefined) return;
    void change.run({
      basis,
      operations: [{ op: "remove", path: ["routes", place] }],
      undo: [{ op: "insert", path: ["routes", place], value: route }],
      message: t("routing:removedRoute", { name: nameOf(route) }),
      supposed: { ...value, routes: value.routes.toSpliced(place, 1) },
    });
  };
  return (
    <section className="panel" aria-labelledby="routes">
      <div className="panel-head">
        <h2 id="routes">{t("routing:routes")}</h2>
        <Button variant="filled" onClick={() => setEdited("new")}>
          {t("routing:addRoute")}
        </Button>
      </div>
      {value.routes.length === 0 ? (
        <Empty title={t("routing:noRoutes")}>
          <p>{t("routing:noRoutesText")}</p>
        </Empty>
      ) : (
        <ol className="routes">
          {value.routes.map((route, place) => (
            <li key={`${place} ${matchOf(route)}`}>
              <RouteLine route={route} />
              <div className="route-deeds">
                <Move name={nameOf(route)} isUp isOff={place === 0} onMove={() => move(place, place - 1)} />
                <Move
                  name={nameOf(route)}
                  isOff={place === value.routes.length - 1}
                  onMove={() => move(place, place + 1)}
                />
                <Button aria-label={t("routing:editThing", { name: nameOf(route) })} onClick={() => setEdited(place)}>
                  {t("routing:edit")}
                </Button>
                <ActionIcon
                  aria-label={t("routing:removeThing", { name: nameOf(route) })}
                  onClick={() => remove(place)}
                >
                  <Icon name="close" />
                </ActionIcon>
              </div>
            </li>
          ))}
        </ol>
      )}
      <RouteSheet place={edited} onClose={() => setEdited(null)} configuration={configuration} providers={providers} />
    </section>
  );
}

function RouteLine({ route }: { route: Entry }) {
  const { targets } = draftOfRoute(route);
  const strategy = textOf(route["strategy"]) || (targets.length > 1 ? "fallback" : "single");
  return (
    <div className="route">
      <div className="route-match">
        <code>{nameOf(route)}</code>
        {route["when"] !== undefined && <span className="tag">{t("routing:conditions")}</span>}
      </div>
      <span className="tag">{strategy}</span>
      <ol className="route-targets">
        {targets.map((target) => (
          <li key={target.key}>
            {isGroupTarget(target) ? (
              <span className="soft">{t("routing:group")}</span>
            ) : (
              <>
                {target.provider}
                {target.model !== "" && <span className="soft">{` · ${target.model}`}</span>}
                {target.weight !== "" && <span className="soft">{` × ${target.weight}`}</span>}
              </>
            )}
          </li>
        ))}
      </ol>
    </div>
  );
}
