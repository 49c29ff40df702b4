import { Button, SegmentedControl } from "@mantine/core";
import { type ReactNode, useId, useRef, useState } from "react";
import { t } from "../../i18n/t.ts";
import { saveFile } from "../save-file.ts";
import { Chart } from "./chart.tsx";
import { chartCsv } from "./chart-csv.ts";
import { saveChartPng } from "./chart-png.ts";
import { ChartTable } from "./chart-table.tsx";
import { coloursOf } from "./scale.ts";
import type { ChartProps } from "./types.ts";

/** A chart with its name, what its colours mean, the same numbers as a table, and both as files. */
export function ChartPanel({ actions, ...chart }: ChartProps & { actions?: ReactNode }) {
  const id = useId();
  const area = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<"chart" | "table">("chart");
  const { label, data } = chart;
  const colours = coloursOf(data.series.map(({ name }) => name));
  const fileName = label.replaceAll(/[^\p{L}\p{N}]+/gu, "-");
  return (
    <section className="panel" aria-labelledby={id}>
      <div className="panel-head">
        <h2 id={id}>{label}</h2>
        <div className="panel-actions">
          {actions}
          <SegmentedControl
            size="xs"
            aria-label={t("kit:viewOf", { label })}
            value={view}
            onChange={(next) => setView(next === "table" ? "table" : "chart")}
            data={[
              { value: "chart", label: t("kit:chart") },
              { value: "table", label: t("kit:table") },
            ]}
          />
          <Button onClick={() => saveFile(`${fileName}.csv`, "text/csv", chartCsv(data))}>CSV</Button>
          {view === "chart" && (
            <Button onClick={() => void saveChartPng(area.current?.querySelector("svg") ?? null, `${fileName}.png`)}>
              PNG
            </Button>
          )}
        </div>
      </div>
      <div className="panel-body" ref={area}>
        {view === "chart" ? (
          <>
            <Chart {...chart} />
            {data.series.length > 1 && (
              <ul className="legend">
                {data.series.map(({ name }) => (
                  <li key={name}>
                    <span className="series-mark" data-series={colours.get(name)} />
                    {name}
                  </li>
                ))}
              </ul>
            )}
          </>
        ) : (
          <ChartTable {...chart} />
        )}
      </div>
    </section>
  );
}
