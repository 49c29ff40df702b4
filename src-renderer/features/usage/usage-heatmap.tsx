import { useQuery } from "../../api/use-query.ts";
import { QueryState } from "../../components/query-state.tsx";
import { rangeOf } from "../../format/range.ts";
import { formatHour, formatWeekday } from "../../format/times.ts";
import { useHour } from "../../format/use-hour.ts";
import { t } from "../../i18n/t.ts";
import { formatMetric, type Metric, SERIES_OF } from "./usage-types.ts";

const HOUR_US = 3_600_000_000;
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const LEVELS = 5;

/** The last seven days, hour by hour: when is the gateway used? */
export function UsageHeatmap({ metric }: { metric: Metric }) {
  const { fromUs, toUs } = rangeOf("7d", useHour());
  const startsUs = Array.from(
    { length: Math.round((toUs - fromUs) / HOUR_US) },
    (_, place) => fromUs + place * HOUR_US,
  );
  const query = useQuery(`heatmap ${fromUs} ${toUs}`, (client) =>
    client.call("usageSeries", { query: { groupBy: "all", startsUs: startsUs.join(), toUs, limit: 1 } }),
  );
  const label = t("usage:heatmap", { metric: t(`usage:metrics.${metric}`) });
  return (
    <section className="panel" aria-label={label}>
      <div className="panel-head">
        <h2>{label}</h2>
      </div>
      <QueryState query={query} rows={7}>
        {({ groups }) => <Heat startsUs={startsUs} values={groups[0]?.[SERIES_OF[metric]] ?? []} metric={metric} />}
      </QueryState>
    </section>
  );
}

function Heat({ startsUs, values, metric }: { startsUs: number[]; values: number[]; metric: Metric }) {
  const most = Math.max(...values, 0);
  const format = formatMetric(metric);
  const days = [
    ...Map.groupBy(startsUs.keys(), (place) => new Date((startsUs[place] ?? 0) / 1_000).toDateString()).values(),
  ];
  return (
    <div className="heat-scroll">
      <table className="heat">
        <thead>
          <tr>
            <td aria-hidden="true" />
            {HOURS.map((hour) => (
              <th key={hour} scope="col">
                {hour % 6 === 0 ? formatHour(hour) : <span className="visually-hidden">{formatHour(hour)}</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {days.map((places) => (
            <tr key={places[0]}>
              <th scope="row">{formatWeekday(startsUs[places[0] ?? 0] ?? 0)}</th>
              {places.map((place) => {
                const value = values[place] ?? 0;
                return (
                  <td
                    key={place}
                    data-level={value === 0 ? 0 : Math.max(1, Math.ceil((value / most) * LEVELS))}
                    title={format(value)}
                  >
                    <span className="visually-hidden">{format(value)}</span>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
