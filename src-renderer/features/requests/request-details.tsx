import { ActionIcon } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useEffect, useRef } from "react";
import { useQuery } from "../../api/use-query.ts";
import { Empty } from "../../components/empty.tsx";
import { HealthDot, toneOf } from "../../components/health-dot.tsx";
import { Icon } from "../../components/icon.tsx";
import { t } from "../../i18n/t.ts";
import { Attempts } from "./details-attempts.tsx";
import { Facts } from "./details-facts.tsx";
import { Failure } from "./details-failure.tsx";
import { Losses } from "./details-losses.tsx";
import { Plan } from "./details-plan.tsx";
import { Times } from "./details-times.tsx";
import { UsageTable } from "./details-usage.tsx";
import type { Exchange } from "./request-rows.ts";

export interface RequestDetailsProps {
  requestId: string;
  /** The record, when the list has it already. */
  known: Exchange | null;
  onClose: () => void;
}

/** Everything that is known of one request. */
export function RequestDetails({ requestId, known, onClose }: RequestDetailsProps) {
  const query = useQuery(`exchange ${requestId}`, (client) =>
    known ? Promise.resolve(known) : client.call("getExchange", { params: { id: requestId } }),
  );
  const exchange = known ?? query.value;
  const closeButton = useRef<HTMLButtonElement>(null);
  const coversList = useMediaQuery("(max-width: 900px)");
  useEffect(() => {
    if (coversList) closeButton.current?.focus();
  }, [coversList]);
  return (
    // Escape closes it from wherever the focus is inside.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the close button does the same
    <aside
      className="details"
      aria-label={t("details:title")}
      onKeyDown={(event) => event.key === "Escape" && onClose()}
    >
      <header className="details-head">
        {exchange && <HealthDot tone={toneOf(exchange.outcome)} />}
        <h2 className="cut">{exchange ? headline(exchange) : t("details:title")}</h2>
        <ActionIcon ref={closeButton} aria-label={t("details:close")} onClick={onClose}>
          <Icon name={coversList ? "back" : "close"} />
        </ActionIcon>
      </header>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrollable regions need a tab stop */}
      <section className="details-scroll" aria-label={t("details:facts")} tabIndex={0}>
        {exchange ? (
          <>
            <Failure exchange={exchange} />
            <Times exchange={exchange} />
            <Attempts exchange={exchange} />
            <Plan plan={exchange.plan} />
            <UsageTable exchange={exchange} />
            <Losses losses={exchange.losses} />
            <Facts exchange={exchange} />
          </>
        ) : (
          query.problem !== null && <Empty title={t("details:gone")} />
        )}
      </section>
    </aside>
  );
}

const headline = ({ outcome, status, modelAsked, surface }: Exchange): string =>
  [t(`common:outcomes.${outcome}`), ...(status === null ? [] : [String(status)]), modelAsked ?? surface].join(" · ");
