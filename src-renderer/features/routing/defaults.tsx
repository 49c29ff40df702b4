import { Select } from "@mantine/core";
import { WIRE_PROTOCOLS } from "../../../src-gateway/ir/protocol.ts";
import { type Entry, isEntry, type Json, put } from "../../configuration/config-value.ts";
import type { Configuration } from "../../configuration/use-configuration.ts";
import { t } from "../../i18n/t.ts";

/** Who answers what no route names exactly, for all protocols or for each by itself. */
export function Defaults({ configuration, providers }: { configuration: Configuration; providers: string[] }) {
  const { value, change } = configuration;
  const choose = (wire: string, provider: string | null): void => {
    const map: Entry = isEntry(value.defaultProvider)
      ? { ...value.defaultProvider }
      : value.defaultProvider === undefined || value.defaultProvider === null
        ? {}
        : { "*": value.defaultProvider };
    if (provider === null) delete map[wire];
    else map[wire] = provider;
    const path = ["default_provider"];
    void change.run({
      operations: [put(path, shortest(map))],
      undo: [put(path, value.defaultProvider)],
      message: t("routing:defaultsChanged"),
    });
  };
  return (
    <section className="panel" aria-labelledby="defaults">
      <div className="panel-head">
        <h2 id="defaults">{t("routing:defaults")}</h2>
      </div>
      <div className="panel-body stack">
        <p className="soft small">{t("routing:defaultsText")}</p>
        {(["*", ...WIRE_PROTOCOLS] as const).map((wire) => (
          <Select
            key={wire}
            label={wire === "*" ? t("routing:everything") : t(`common:wires.${wire}`)}
            placeholder={wire === "*" ? t("routing:noDefault") : t("routing:asEverything")}
            data={[...new Set([...providers, ...(value.defaults[wire] ?? []).slice(0, 1)])]}
            value={value.defaults[wire]?.[0] ?? null}
            onChange={(provider) => choose(wire, provider)}
            disabled={change.isRunning}
            clearable
          />
        ))}
      </div>
    </section>
  );
}

function shortest(map: Entry): Json | undefined {
  const names = Object.keys(map);
  if (names.length === 0) return undefined;
  return names.length === 1 && map["*"] !== undefined ? map["*"] : map;
}
