/* oxlint-disable jsx-a11y/prefer-tag-over-role -- rows that are placed by script are no table to a browser */
import { type KeyboardEvent, type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useDay } from "../../format/use-day.ts";
import { t } from "../../i18n/t.ts";
import { RequestRow, rowId } from "./request-row.tsx";
import { type Exchange, visibleRange } from "./request-rows.ts";

const ROW_HEIGHT = 32;
/** The header sticks to the top and covers as much. */
const HEAD_HEIGHT = 32;
/** Older rows are asked for when so few are left below. */
const NEAR_END = 40;

export interface RequestListProps {
  rows: Exchange[];
  selectedId: string | null;
  onSelect: (requestId: string) => void;
  onNearEnd: () => void;
}

/** A list of any length, of which only what is in sight exists; the arrow keys step through it. */
export function RequestList({ rows, selectedId, onSelect, onNearEnd }: RequestListProps) {
  const box = useSteadyScroll(rows);
  const view = useView(box);
  const dayMs = useDay();
  const range = visibleRange(view, rows.length, ROW_HEIGHT);
  const selected = rows.findIndex(({ requestId }) => requestId === selectedId);

  useEffect(() => {
    if (range.end > rows.length - NEAR_END) onNearEnd();
  }, [range.end, rows.length, onNearEnd]);

  const step = (event: KeyboardEvent): void => {
    const target = targetOf(event.key, selected, rows.length, Math.floor(view.height / ROW_HEIGHT) - 1);
    const row = target === null ? undefined : rows[target];
    if (!row || target === null) return;
    event.preventDefault();
    showRow(box.current, target);
    onSelect(row.requestId);
  };
  const isSelectedShown = selected >= range.start && selected < range.end;
  return (
    <div
      ref={box}
      className="request-list"
      role="grid"
      aria-label={t("requests:list")}
      aria-rowcount={rows.length + 1}
      aria-activedescendant={isSelectedShown && selectedId !== null ? rowId(selectedId) : undefined}
      tabIndex={0}
      onKeyDown={step}
    >
      <div role="rowgroup" className="request-head">
        <div role="row" aria-rowindex={1} className="request-row">
          <span role="columnheader">
            <span className="visually-hidden">{t("requests:columns.outcome")}</span>
          </span>
          {COLUMNS.map(([name, className]) => (
            <span key={name} role="columnheader" className={className}>
              {t(`requests:columns.${name}`)}
            </span>
          ))}
        </div>
      </div>
      <div role="rowgroup" className="request-body" style={{ height: rows.length * ROW_HEIGHT }}>
        {rows.slice(range.start, range.end).map((row, offset) => (
          <RequestRow
            key={row.id}
            row={row}
            index={range.start + offset}
            dayMs={dayMs}
            top={(range.start + offset) * ROW_HEIGHT}
            isSelected={row.requestId === selectedId}
            onSelect={onSelect}
          />
        ))}
      </div>
    </div>
  );
}

const COLUMNS = [
  ["time", "at-time"],
  ["agent", "at-agent"],
  ["model", "at-model"],
  ["provider", "at-provider"],
  ["status", "at-status number"],
  ["firstToken", "at-first number"],
  ["total", "at-total number"],
  ["input", "at-in number"],
  ["cached", "at-cached number"],
  ["output", "at-out number"],
] as const;

/** The row that a key leads to; null when it is none of ours. */
function targetOf(key: string, current: number, count: number, page: number): number | null {
  const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page };
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  const by = steps[key];
  if (by === undefined) return null;
  return current < 0 ? 0 : Math.max(0, Math.min(count - 1, current + by));
}

function showRow(box: HTMLDivElement | null, index: number): void {
  if (!box) return;
  const top = index * ROW_HEIGHT;
  if (top < box.scrollTop) box.scrollTop = top;
  const bottom = top + ROW_HEIGHT + HEAD_HEIGHT - box.clientHeight;
  if (bottom > box.scrollTop) box.scrollTop = bottom;
}

/** Where the list is scrolled to, and how much of it is in sight. */
function useView(box: RefObject<HTMLDivElement | null>): { scrollTop: number; height: number } {
  const [view, setView] = useState({ scrollTop: 0, height: 800 });
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const read = (): void => setView({ scrollTop: element.scrollTop, height: element.clientHeight });
    const observer = new ResizeObserver(read);
    observer.observe(element);
    element.addEventListener("scroll", read, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", read);
    };
  }, [box]);
  return view;
}

/** Keeps what somebody reads in its place when newer rows arrive above it; at the very top, the newest stay in sight. */
function useSteadyScroll(rows: Exchange[]): RefObject<HTMLDivElement | null> {
  const box = useRef<HTMLDivElement>(null);
  const firstId = useRef<number | undefined>(undefined);
  useLayoutEffect(() => {
    const added = rows.findIndex(({ id }) => id === firstId.current);
    if (box.current && box.current.scrollTop > 0 && added > 0) box.current.scrollTop += added * ROW_HEIGHT;
    firstId.current = rows[0]?.id;
  }, [rows]);
  return box;
}
