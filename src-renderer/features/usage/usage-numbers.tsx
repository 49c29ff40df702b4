import { Kpi } from "../../components/kpi.tsx";
import { formatChange, formatShare, formatShort, formatUsd } from "../../format/numbers.ts";
import { t } from "../../i18n/t.ts";
import { inputOf, type UsageSum } from "./usage-types.ts";

/** The sums of the time that is shown, beside those of the same time before. */
export function UsageNumbers({ sum, before }: { sum: UsageSum; before: UsageSum | null }) {
  const change = (now: number, earlier: number | undefined): string =>
    earlier === undefined ? "" : t("usage:change", { change: formatChange(now, earlier) });
  const input = inputOf(sum);
  return (
    <dl className="kpis">
      <Kpi
        name={t("usage:metrics.cost")}
        number={formatUsd(sum.costNano)}
        note={sum.unpriced > 0 ? t("usage:unpriced", { count: sum.unpriced }) : change(sum.costNano, before?.costNano)}
        ink={sum.unpriced > 0 ? "warn" : undefined}
      />
      <Kpi
        name={t("usage:metrics.requests")}
        number={formatShort(sum.requests)}
        note={change(sum.requests, before?.requests)}
      />
      <Kpi
        name={t("usage:failed")}
        number={formatShare(sum.failures, sum.requests)}
        note={t("usage:failures", { count: sum.failures })}
      />
      <Kpi
        name={t("usage:metrics.input")}
        number={formatShort(input)}
        note={t("usage:fromCache", { share: formatShare(sum.usage.cacheRead, input) })}
      />
      <Kpi
        name={t("usage:metrics.output")}
        number={formatShort(sum.usage.output)}
        note={change(sum.usage.output, before?.usage.output)}
      />
    </dl>
  );
}
