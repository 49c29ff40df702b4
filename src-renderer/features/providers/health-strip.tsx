import type { ReplyOf } from "../../../src-gateway/admin-api/contract/endpoints.ts";
import { formatCount } from "../../format/numbers.ts";
import { t } from "../../i18n/t.ts";

type Group = ReplyOf<"usageSeries">["groups"][number];

/** The last 24 hours of a provider, one bar an hour: how its requests ended. */
export function HealthStrip({ group, hours }: { group: Group | undefined; hours: number }) {
  const sum = (amounts: readonly number[] | undefined): number => (amounts ?? []).reduce((all, each) => all + each, 0);
  const label = t("providers:strip", {
    requests: formatCount(sum(group?.requests)),
    failures: formatCount(sum(group?.failures)),
  });
  return (
    <span className="health-strip" title={label}>
      <span className="visually-hidden">{label}</span>
      {Array.from({ length: hours }, (_, hour) => (
        <i key={hour} data-tone={toneOfHour(group?.requests[hour] ?? 0, group?.failures[hour] ?? 0)} />
      ))}
    </span>
  );
}

/** One failure among many is a warning; where every second request fails, the provider does. */
function toneOfHour(requests: number, failures: number): "idle" | "good" | "warn" | "bad" {
  if (requests === 0) return "idle";
  if (failures === 0) return "good";
  return failures * 2 >= requests ? "bad" : "warn";
}
