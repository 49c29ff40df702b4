import "./progress.css";
import type { ReactNode } from "react";
import { formatShare } from "../format/numbers.ts";

/** How far long work is. @param total 0 while nobody knows */
export function Progress({
  label,
  done,
  total,
  note,
  children,
}: {
  label: string;
  done: number;
  total: number;
  /** How much that is, in words. */
  note: string;
  /** What can be done about it. */
  children?: ReactNode;
}) {
  const isKnown = total > 0;
  return (
    <div className="progress">
      <span className="small number">
        {note}
        {isKnown && ` · ${formatShare(Math.min(done, total), total)}`}
      </span>
      {children}
      <progress aria-label={label} {...(isKnown ? { max: total, value: Math.min(done, total) } : {})} />
    </div>
  );
}
