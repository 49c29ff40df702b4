import { t } from "../../i18n/t.ts";
import { coloursOf } from "./scale.ts";
import type { ChartData, ChartProps } from "./types.ts";

const WIDTH = 220;
const MAX_LINES = 10;

export interface ChartTipProps {
  data: ChartData;
  bucket: number;
  format: (value: number) => string;
  kind: ChartProps["kind"];
  /** The middle of the bucket. */
  left: number;
  width: number;
}

/** The values of one bucket, the largest first; read out as the keyboard moves. */
export function ChartTip({ data, bucket, format, kind, left, width }: ChartTipProps) {
  const colours = coloursOf(data.series.map(({ name }) => name));
  const lines = data.series
    .flatMap(({ name, values, isEstimated }) => {
      const value = values[bucket] ?? null;
      return value === null || (value === 0 && kind === "bars") ? [] : [{ name, value, isEstimated }];
    })
    .toSorted((a, b) => b.value - a.value);
  const total = lines.reduce((sum, { value }) => sum + value, 0);
  const isRight = left > width / 2;
  return (
    <output className="chart-tip" style={{ width: WIDTH, left: isRight ? left - WIDTH - 12 : left + 12 }}>
      <strong>{data.buckets[bucket]}</strong>
      {lines.slice(0, MAX_LINES).map(({ name, value, isEstimated }) => (
        <span key={name} className="chart-tip-line">
          <span className="series-mark" data-series={colours.get(name)} />
          <span className="cut">{name}</span>
          <span className="number">
            {isEstimated === true ? "≈ " : ""}
            {format(value)}
          </span>
        </span>
      ))}
      {lines.length > MAX_LINES && (
        <span className="soft">{t("kit:moreLines", { count: lines.length - MAX_LINES })}</span>
      )}
      {lines.length === 0 && <span className="soft">{t("kit:nothingHere")}</span>}
      {kind === "bars" && lines.length > 1 && (
        <span className="chart-tip-line chart-tip-total">
          <span />
          <span>{t("kit:total")}</span>
          <span className="number">{format(total)}</span>
        </span>
      )}
    </output>
  );
}
