import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import type { Query } from "../api/use-query.ts";
import { t } from "../i18n/t.ts";
import { Notice } from "./notice.tsx";

/**
 * What a part of a page shows of something that is read: its shape while it is read the first time, a sentence and a way
 * out when that failed, and the thing itself, even if reading it again fails.
 */
export function QueryState<Value>({
  query,
  rows,
  children,
}: {
  query: Query<Value>;
  rows: number;
  children: (value: Value) => ReactNode;
}) {
  return (
    <>
      {query.problem !== null && (
        <Notice tone="bad">
          {t("frame:failed")}: {query.problem}{" "}
          <Button size="compact-xs" onClick={query.reload}>
            {t("frame:retry")}
          </Button>
        </Notice>
      )}
      {query.value !== null ? children(query.value) : query.problem === null && <Skeleton rows={rows} />}
    </>
  );
}

export function Skeleton({ rows }: { rows: number }) {
  return (
    <div aria-busy="true">
      <output className="visually-hidden">{t("frame:loading")}</output>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} style={{ display: "flex", alignItems: "center", height: "var(--row)", padding: "0 12px" }}>
          <div className="skeleton" style={{ width: `${60 - ((row * 17) % 30)}%` }} />
        </div>
      ))}
    </div>
  );
}
