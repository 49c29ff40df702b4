import type { PopoverState } from "../../api/desktop.ts";
import { formatCount, formatShort, formatUsd } from "../../format/numbers.ts";
import { t } from "../../i18n/t.ts";

/** What today came to, and when. */
export function PopoverToday({ state: { today, glance } }: { state: PopoverState }) {
  const { costNano, tokens, unpriced } = today;
  const spent = t(unpriced > 0 ? "popover:atLeast" : "popover:spent", { amount: formatUsd(costNano) });
  return (
    <section className="popover-part popover-today" aria-label={t("popover:today")}>
      <p className="popover-spent">
        <strong>{spent}</strong> <span className="soft">{t("popover:todayWord")}</span>
      </p>
      {glance && <Hours hoursNano={glance.hoursNano} />}
      <p className="soft popover-counts">
        {glance && (
          <>
            {t("popover:requests", { count: glance.requests, n: formatCount(glance.requests) })}
            {" · "}
          </>
        )}
        {t("popover:tokens", { n: formatShort(tokens) })}
        {glance && glance.failures > 0 && (
          <>
            {" · "}
            <span data-ink="bad">{t("popover:failed", { count: glance.failures })}</span>
          </>
        )}
      </p>
    </section>
  );
}

/** One bar an hour since midnight. Seen by nobody who cannot see it: the sum beside it says the same. */
function Hours({ hoursNano }: { hoursNano: readonly number[] }) {
  const most = Math.max(...hoursNano);
  if (most <= 0) return null;
  return (
    <span className="popover-hours" aria-hidden="true">
      {Array.from({ length: 24 }, (_, hour) => {
        const share = (hoursNano[hour] ?? 0) / most;
        return <i key={hour} style={{ height: `${share > 0 ? Math.max(12, share * 100) : 6}%` }} data-on={share > 0} />;
      })}
    </span>
  );
}
