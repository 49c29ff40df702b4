import { useId } from "react";
import { stack } from "./scale.ts";
import type { ChartData, ChartProps } from "./types.ts";

export interface ChartScale {
  /** The middle of a bucket. */
  x: (bucket: number) => number;
  y: (value: number) => number;
  /** The width of a bucket. */
  slot: number;
}

export interface MarksProps {
  data: ChartData;
  kind: ChartProps["kind"];
  scale: ChartScale;
  colours: Map<string, number>;
}

const colour = (place: number | undefined): string => `var(--series-${place ?? 1})`;

/** The bars or lines themselves. */
export function Marks(props: MarksProps) {
  return props.kind === "bars" ? <Bars {...props} /> : <Lines {...props} />;
}

function Bars({ data, scale, colours }: MarksProps) {
  const hatch = useId();
  const width = Math.max(1, Math.min(28, scale.slot * 0.7));
  return (
    <>
      <defs>
        {data.series.map(
          ({ name, isEstimated }) =>
            isEstimated === true && (
              <pattern key={name} id={`${hatch}${name}`} width="6" height="6" patternUnits="userSpaceOnUse">
                <path d="M-1 1 1 -1M0 6 6 0M5 7 7 5" stroke={colour(colours.get(name))} strokeWidth="1.5" />
              </pattern>
            ),
        )}
      </defs>
      {data.buckets.map((bucket, place) => (
        <g key={bucket}>
          {stack(data.series.map(({ values }) => values[place] ?? null)).map(({ series, from, to }) => {
            const each = data.series[series];
            const name = each?.name ?? "";
            return (
              <rect
                key={name}
                x={scale.x(place) - width / 2}
                y={scale.y(to)}
                width={width}
                // What is there at all is seen.
                height={Math.max(1, scale.y(from) - scale.y(to))}
                fill={each?.isEstimated === true ? `url(#${CSS.escape(hatch + name)})` : colour(colours.get(name))}
              />
            );
          })}
        </g>
      ))}
    </>
  );
}

function Lines({ data, scale, colours }: MarksProps) {
  return (
    <>
      {data.series.map(({ name, values, isEstimated }) => (
        <g key={name} stroke={colour(colours.get(name))} fill={colour(colours.get(name))}>
          <path
            className="chart-line"
            strokeDasharray={isEstimated === true ? "4 4" : undefined}
            d={pathOf(values, scale)}
          />
          {values.map(
            (value, place) =>
              // A value between two gaps has no line, and would not be seen.
              value !== null &&
              (values[place - 1] ?? null) === null &&
              (values[place + 1] ?? null) === null && (
                <circle key={data.buckets[place]} cx={scale.x(place)} cy={scale.y(value)} r="2.5" stroke="none" />
              ),
          )}
        </g>
      ))}
    </>
  );
}

/** A line that is broken where nothing is known. */
function pathOf(values: readonly (number | null)[], scale: ChartScale): string {
  let isDrawing = false;
  return values
    .map((value, place) => {
      if (value === null) {
        isDrawing = false;
        return "";
      }
      const command = isDrawing ? "L" : "M";
      isDrawing = true;
      return `${command}${scale.x(place).toFixed(1)} ${scale.y(value).toFixed(1)}`;
    })
    .join("");
}
