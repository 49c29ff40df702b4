import { Autocomplete, SegmentedControl, Select } from "@mantine/core";
import { useLayoutEffect, useRef, useState } from "react";
import { Empty } from "../../components/empty.tsx";
import { t } from "../../i18n/t.ts";
import type { Column, Side } from "./playground.ts";
import { RoundView } from "./round-view.tsx";
import { CLIENT_WIRES } from "./talk.ts";
import { WireView } from "./wire-view.tsx";

export interface ColumnPaneProps {
  side: Side;
  column: Column;
  models: string[];
  onChange: (change: Partial<Pick<Column, "wire" | "model">>) => void;
}

const VIEWS = ["talk", "wire"] as const;

/** One model over one protocol: the conversation with it, or what goes over the wire. */
export function ColumnPane({ side, column, models, onChange }: ColumnPaneProps) {
  const { rounds, wire, model } = column;
  const [view, setView] = useState<(typeof VIEWS)[number]>("talk");
  const end = useStickToEnd(view === "talk" ? rounds.at(-1) : null);
  const last = rounds.at(-1);
  return (
    <section className="playground-column" aria-label={t(`playground:sides.${side}`)}>
      <header className="playground-column-head">
        <Autocomplete
          size="xs"
          className="playground-model"
          aria-label={t("playground:model")}
          placeholder={t("playground:model")}
          data={models}
          limit={60}
          value={model}
          onChange={(next) => onChange({ model: next })}
        />
        <Select
          className="playground-wire"
          aria-label={t("playground:protocol")}
          data={CLIENT_WIRES.map((value) => ({ value, label: t(`common:wires.${value}`) }))}
          value={wire}
          allowDeselect={false}
          onChange={(next) => onChange({ wire: CLIENT_WIRES.find((each) => each === next) ?? wire })}
        />
        <SegmentedControl
          size="xs"
          aria-label={t("playground:view")}
          value={view}
          onChange={(next) => setView(VIEWS.find((each) => each === next) ?? "talk")}
          data={VIEWS.map((value) => ({ value, label: t(`playground:views.${value}`) }))}
        />
      </header>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrollable regions need a tab stop */}
      <div className="playground-scroll" ref={end} tabIndex={0}>
        {last === undefined ? (
          <Empty title={t("playground:empty")}>
            <p>{t("playground:emptyText")}</p>
          </Empty>
        ) : view === "talk" ? (
          rounds.map((round) => <RoundView key={round.id} round={round} />)
        ) : (
          <WireView round={last} />
        )}
      </div>
    </section>
  );
}

/** Follows what is added at the end, unless the person has scrolled away from there. */
function useStickToEnd(added: unknown) {
  const place = useRef<HTMLDivElement>(null);
  const wasAtEnd = useRef(true);
  useLayoutEffect(() => {
    const area = place.current;
    if (area === null || added === null) return;
    if (wasAtEnd.current) area.scrollTop = area.scrollHeight;
    const note = (): void => {
      wasAtEnd.current = area.scrollHeight - area.scrollTop - area.clientHeight < 40;
    };
    area.addEventListener("scroll", note, { passive: true });
    return () => area.removeEventListener("scroll", note);
  }, [added]);
  return place;
}
