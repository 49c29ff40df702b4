import { type ConfigValue, type Entry, put, textOf } from "../../configuration/config-value.ts";
import type { ConfigChange } from "../../configuration/use-configuration.ts";
import { t } from "../../i18n/t.ts";
import { type ListedProvider, namesIn, routedElsewhere } from "./provider-list.ts";

/** Sends whatever no route names exactly to one provider, or, where it is that one already, ends that. */
export function sendEverything(value: ConfigValue, id: string): ConfigChange {
  const isChosen = isDefault(value, id);
  const elsewhere = isChosen ? [] : routedElsewhere(value, id);
  const done = isChosen ? t("providers:noLongerUsed", { name: id }) : t("providers:nowUsed", { name: id });
  const but = elsewhere.length === 0 ? "" : ` ${t("providers:butElsewhere", { models: elsewhere.join(", ") })}`;
  const path = ["default_provider"];
  return {
    operations: [put(path, isChosen ? undefined : id)],
    undo: [put(path, value.defaultProvider)],
    message: `${done}${but}`,
    supposed: {
      ...value,
      defaultProvider: isChosen ? undefined : id,
      defaults: isChosen ? {} : { "*": [id] },
    },
  };
}

/** For all protocols, and before any other. */
export const isDefault = ({ defaults }: ConfigValue, id: string): boolean => defaults["*"]?.[0] === id;

export function switchProvider(value: ConfigValue, { id, entry }: ListedProvider, isOn: boolean): ConfigChange {
  const path = ["providers", { id }, "enabled"];
  return {
    operations: [{ op: "set", path, value: isOn }],
    undo: [put(path, entry?.["enabled"])],
    message: isOn ? t("providers:switchedOn", { name: id }) : t("providers:switchedOff", { name: id }),
    supposed: {
      ...value,
      providers: value.providers.map((each) => (each === entry ? { ...each, enabled: isOn } : each)),
    },
  };
}

/** Something may still name it: `usesOf` tells. */
export function removeProvider(value: ConfigValue, entry: Entry): ConfigChange {
  const id = textOf(entry["id"]);
  return {
    operations: [{ op: "remove", path: ["providers", { id }] }],
    undo: [{ op: "insert", path: ["providers", value.providers.indexOf(entry)], value: entry }],
    message: t("providers:removed", { name: id }),
    supposed: { ...value, providers: value.providers.filter((each) => each !== entry) },
  };
}

/** What names a provider, and keeps it from being removed. */
export function usesOf(value: ConfigValue, id: string): string[] {
  const routes = value.routes.filter((route) => namesIn(route["targets"]).includes(id));
  const isNamed = Object.values(value.defaults).some((names) => names.includes(id));
  return [
    ...routes.map((route) => t("providers:usedByRoute", { name: textOf(route["match"]) || t("providers:anyModel") })),
    ...(isNamed ? [t("providers:usedAsDefault")] : []),
  ];
}
