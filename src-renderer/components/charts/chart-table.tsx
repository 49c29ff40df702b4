import { t } from "../../i18n/t.ts";
import type { ChartProps } from "./types.ts";

/** The numbers of a chart, one row a bucket. */
export function ChartTable({ label, data, format }: ChartProps) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrollable regions need a tab stop
    <section className="table-scroll" aria-label={label} tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t("kit:when")}</th>
            {data.series.map(({ name }) => (
              <th key={name} scope="col" className="number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {data.buckets.map((bucket, place) => (
            <tr key={bucket}>
              <th scope="row">{bucket}</th>
              {data.series.map(({ name, values, isEstimated }) => {
                const value = values[place] ?? null;
                return (
                  <td key={name} className="number">
                    {value === null ? "–" : `${isEstimated === true ? "≈ " : ""}${format(value)}`}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
