import { UnstyledButton } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useRef, useState } from "react";
import { t } from "../i18n/t.ts";

export interface Column<Row> {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** What the rows are ordered by; a column without it cannot be. */
  sortBy?: (row: Row) => number | string | null;
  isNumber?: boolean;
  /** Left out where there is little room. */
  isMinor?: boolean;
}

export interface DataTableProps<Row> {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string | number;
  /** The column they are ordered by at first; the order of `rows` without it. */
  sortedBy?: { id: string; isDescending: boolean };
  /** What stands below the rows, such as their sum. */
  foot?: ReactNode;
}

const ROW_PX = 32;

/** Rows that people compare: ordered by any column, and only those in sight exist. */
export function DataTable<Row>({ label, columns, rows, keyOf, sortedBy, foot }: DataTableProps<Row>) {
  const [order, setOrder] = useState(sortedBy ?? null);
  const box = useRef<HTMLElement>(null);
  const sorted = sortRows(rows, columns.find(({ id }) => id === order?.id)?.sortBy, order?.isDescending ?? false);
  // oxlint-disable-next-line react/incompatible-library -- it keeps what it measured to itself, and nothing here is memoised
  const virtual = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  const above = items[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrollable regions need a tab stop
    <section ref={box} className="table-scroll" aria-label={label} tabIndex={0}>
      <table className="table" aria-rowcount={sorted.length + 1}>
        <thead>
          <tr>
            {columns.map((column) => (
              <HeadCell
                key={column.id}
                column={column}
                order={order?.id === column.id ? order : null}
                onSort={(isDescending) => setOrder({ id: column.id, isDescending })}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          {above > 0 && <Gap height={above} columns={columns.length} />}
          {items.map(({ index }) => {
            const row = sorted[index];
            return (
              row !== undefined && (
                <tr key={keyOf(row)} aria-rowindex={index + 2}>
                  {columns.map((column) => (
                    <td key={column.id} className={classOf(column)}>
                      {column.cell(row)}
                    </td>
                  ))}
                </tr>
              )
            );
          })}
          {below > 0 && <Gap height={below} columns={columns.length} />}
        </tbody>
        {foot !== undefined && <tfoot>{foot}</tfoot>}
      </table>
    </section>
  );
}

function HeadCell<Row>({
  column,
  order,
  onSort,
}: {
  column: Column<Row>;
  order: { isDescending: boolean } | null;
  onSort: (isDescending: boolean) => void;
}) {
  const HeadTag = column.header === "" ? "td" : "th";
  const sorted = order === null ? undefined : order.isDescending ? "descending" : "ascending";
  return (
    // A column of buttons needs no name, and a head without one is none.
    <HeadTag scope={column.header === "" ? undefined : "col"} className={classOf(column)} aria-sort={sorted}>
      {column.sortBy ? (
        <UnstyledButton
          className="sort-button"
          title={t("kit:sortBy", { column: column.header })}
          // Of amounts, people look for the largest first.
          onClick={() => onSort(order === null ? column.isNumber === true : !order.isDescending)}
        >
          {column.header}
          <span aria-hidden="true">{order === null ? "" : order.isDescending ? " ↓" : " ↑"}</span>
        </UnstyledButton>
      ) : (
        column.header
      )}
    </HeadTag>
  );
}

const Gap = ({ height, columns }: { height: number; columns: number }) => (
  <tr aria-hidden="true" className="table-gap">
    <td colSpan={columns} style={{ height }} aria-hidden="true" />
  </tr>
);

const classOf = <Row,>({ isNumber, isMinor }: Column<Row>): string | undefined =>
  [isNumber === true ? "number" : "", isMinor === true ? "is-minor" : ""].filter(Boolean).join(" ") || undefined;

/** What is unknown stands last, whichever way the others are ordered. */
function sortRows<Row>(rows: readonly Row[], by: Column<Row>["sortBy"], isDescending: boolean): readonly Row[] {
  if (!by) return rows;
  const sign = isDescending ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [left, right] = [by(a), by(b)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    if (typeof left === "number" && typeof right === "number") return sign * (left - right);
    return sign * String(left).localeCompare(String(right));
  });
}
