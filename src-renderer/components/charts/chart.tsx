import "./chart.css";
import { type KeyboardEvent, type PointerEvent, useState } from "react";
import { useWidth } from "../use-width.ts";
import { type ChartScale, Marks } from "./chart-marks.tsx";
import { ChartTip } from "./chart-tip.tsx";
import { coloursOf, labelled, roomFor, stack, ticksTo } from "./scale.ts";
import type { ChartData, ChartProps } from "./types.ts";

const ROOM = { right: 8, top: 8, bottom: 20 };
const LABEL_WIDTH = 64;

/** A chart over buckets, which is read with the pointer or with the arrow keys. */
export function Chart({ label, data, format, kind, height = 200 }: ChartProps) {
  const [box, width] = useWidth<HTMLElement>();
  const [at, setAt] = useState<number | null>(null);
  const count = data.buckets.length;
  const ticks = ticksTo(highest(data, kind));
  const left = roomFor(ticks.map(format));
  const inner = Math.max(1, width - left - ROOM.right);
  const top = ticks.at(-1) ?? 1;
  const scale = {
    x: (bucket: number): number => left + (inner * (bucket + 0.5)) / Math.max(1, count),
    y: (value: number): number => height - ROOM.bottom - ((height - ROOM.bottom - ROOM.top) * value) / top,
    slot: inner / Math.max(1, count),
  };
  const point = (event: PointerEvent): void => {
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left - left;
    setAt(count === 0 ? null : Math.min(count - 1, Math.max(0, Math.floor(x / scale.slot))));
  };
  const step = (event: KeyboardEvent): void => {
    const next = placeAfter(event.key, at, count);
    if (next === undefined) return;
    event.preventDefault();
    setAt(next);
  };
  return (
    // oxlint-disable jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/no-noninteractive-tabindex -- the values are stepped through with the keyboard, and no element stands for a chart
    <figure ref={box} className="chart" aria-label={label} tabIndex={0} onKeyDown={step} onBlur={() => setAt(null)}>
      <svg width={width} height={height} aria-hidden="true" onPointerMove={point} onPointerLeave={() => setAt(null)}>
        <Axes {...{ ticks, format, scale, left, width, height }} buckets={data.buckets} />
        {at !== null && (
          <rect
            className="chart-at"
            x={scale.x(at) - scale.slot / 2}
            y={ROOM.top}
            width={scale.slot}
            height={height - ROOM.top - ROOM.bottom}
          />
        )}
        <Marks data={data} kind={kind} scale={scale} colours={coloursOf(data.series.map(({ name }) => name))} />
      </svg>
      {at !== null && <ChartTip data={data} bucket={at} format={format} left={scale.x(at)} width={width} kind={kind} />}
    </figure>
  );
}

interface AxesProps {
  buckets: readonly string[];
  ticks: number[];
  format: (value: number) => string;
  scale: ChartScale;
  /** Where the lines begin. */
  left: number;
  width: number;
  height: number;
}

/** The lines of the grid with their values, and the buckets below. */
function Axes({ buckets, ticks, format, scale, left, width, height }: AxesProps) {
  const shown = labelled(buckets.length, Math.floor((width - left - ROOM.right) / LABEL_WIDTH));
  return (
    <>
      {ticks.map((tick) => (
        <g key={tick} className="chart-grid">
          <line x1={left} x2={width - ROOM.right} y1={scale.y(tick)} y2={scale.y(tick)} />
          <text x={left - 8} y={scale.y(tick)} dy="0.32em" textAnchor="end">
            {format(tick)}
          </text>
        </g>
      ))}
      {buckets.map(
        (bucket, place) =>
          shown.has(place) && (
            <text key={bucket} x={scale.x(place)} y={height - 4} textAnchor="middle">
              {bucket}
            </text>
          ),
      )}
    </>
  );
}

/** undefined for a key that is none of ours. */
function placeAfter(key: string, at: number | null, count: number): number | null | undefined {
  if (key === "Escape") return at === null ? undefined : null;
  if (count === 0) return undefined;
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  if (key === "ArrowLeft") return at === null ? count - 1 : Math.max(0, at - 1);
  if (key === "ArrowRight") return at === null ? 0 : Math.min(count - 1, at + 1);
  return undefined;
}

function highest({ buckets, series }: ChartData, kind: ChartProps["kind"]): number {
  const tops = buckets.map((_, place) => {
    const values = series.map(({ values: each }) => each[place] ?? null);
    return kind === "bars" ? (stack(values).at(-1)?.to ?? 0) : Math.max(0, ...values.map((value) => value ?? 0));
  });
  return Math.max(0, ...tops);
}
