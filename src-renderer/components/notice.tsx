import type { ReactNode } from "react";
import { HealthDot } from "./health-dot.tsx";

/** A sentence that needs attention. */
export function Notice({ tone, children }: { tone: "good" | "warn" | "bad"; children: ReactNode }) {
  return (
    <div className="notice" data-tone={tone} role={tone === "bad" ? "alert" : "status"}>
      <HealthDot tone={tone} />
      <div>{children}</div>
    </div>
  );
}
