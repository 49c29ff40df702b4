import { ActionIcon, SegmentedControl } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useEffect, useRef, useState } from "react";
import { useQuery } from "../../api/use-query.ts";
import { Empty } from "../../components/empty.tsx";
import { HealthDot, toneOf } from "../../components/health-dot.tsx";
import { Icon } from "../../components/icon.tsx";
import { t } from "../../i18n/t.ts";
import { RequestActions } from "./details-actions.tsx";
import { Attempts } from "./details-attempts.tsx";
import { ConversationView } from "./details-conversation.tsx";
import { Facts } from "./details-facts.tsx";
import { Failure } from "./details-failure.tsx";
import { Losses } from "./details-losses.tsx";
import { Plan } from "./details-plan.tsx";
import { RawView } from "./details-raw.tsx";
import { Times } from "./details-times.tsx";
import { UsageTable } from "./details-usage.tsx";
import type { Exchange } from "./request-rows.ts";

const VIEWS = ["summary", "conversation", "raw"] as const;
type View = (typeof VIEWS)[number];

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
  const [view, setView] = useState<View>("summary");
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
      {exchange && (
        <div className="details-tabs">
          <SegmentedControl
            size="xs"
            aria-label={t("details:views")}
            value={view}
            onChange={(next) => setView(VIEWS.find((each) => each === next) ?? "summary")}
            data={VIEWS.map((value) => ({ value, label: t(`details:view.${value}`) }))}
          />
          <RequestActions requestId={exchange.requestId} provider={exchange.provider} />
        </div>
      )}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrollable regions need a tab stop */}
      <section className="details-scroll" aria-label={t("details:facts")} tabIndex={0}>
        {exchange === null && query.problem !== null && <Empty title={t("details:gone")} />}
        {exchange && view === "summary" && <Summary exchange={exchange} />}
        {exchange && view === "conversation" && <ConversationView requestId={exchange.requestId} />}
        {exchange && view === "raw" && <RawView requestId={exchange.requestId} />}
      </section>
    </aside>
  );
}

function Summary({ exchange }: { exchange: Exchange }) {
  return (
    <>
      <Failure exchange={exchange} />
      <Times exchange={exchange} />
      <Attempts exchange={exchange} />
      <Plan plan={exchange.plan} />
      <UsageTable exchange={exchange} />
      <Losses losses={exchange.losses} />
      <Facts exchange={exchange} />
    </>
  );
}

const headline = ({ outcome, status, modelAsked, surface }: Exchange): string =>
  [t(`common:outcomes.${outcome}`), ...(status === null ? [] : [String(status)]), modelAsked ?? surface].join(" · ");
