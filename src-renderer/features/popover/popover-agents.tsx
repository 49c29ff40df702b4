import type { PopoverState } from "../../api/desktop.ts";
import { formatCount, formatUsd } from "../../format/numbers.ts";
import { t } from "../../i18n/t.ts";

type Agents = NonNullable<PopoverState["glance"]>["agents"];

/** Who asked today, the dearest first. */
export function PopoverAgents({ agents }: { agents: Agents }) {
  return (
    <section className="popover-part" aria-labelledby="popover-agents">
      <h2 id="popover-agents" className="visually-hidden">
        {t("popover:agents")}
      </h2>
      <ul>
        {agents.map(({ name, requests, costNano }) => (
          <li key={name ?? ""} className="popover-line">
            <span className="cut" title={name ?? undefined}>
              {name ?? t("overview:unknownAgent")}
            </span>
            <span className="soft number">{t("popover:requests", { count: requests, n: formatCount(requests) })}</span>
            <span className="number popover-cost">{formatUsd(costNano)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
