import type { Outcome } from "../../src-gateway/ir/exchange-record.ts";

export type Tone = "good" | "warn" | "bad" | "busy" | "idle";

const TONE_OF_OUTCOME: Readonly<Record<Outcome, Tone>> = {
  open: "busy",
  completed: "good",
  refused: "warn",
  failed: "bad",
  failed_midstream: "bad",
  client_aborted: "idle",
  interrupted: "warn",
};

export const toneOf = (outcome: Outcome): Tone => TONE_OF_OUTCOME[outcome];

/** Colour and shape; the word for it must stand beside it or in `label`. */
export function HealthDot({ tone, label }: { tone: Tone; label?: string }) {
  return label === undefined ? (
    <span className="dot" data-tone={tone} aria-hidden="true" />
  ) : (
    <span className="dot" data-tone={tone} title={label}>
      <span className="visually-hidden">{label}</span>
    </span>
  );
}
