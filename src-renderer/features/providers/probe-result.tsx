import type { ProbeView } from "../../../src-gateway/admin-api/contract/schemas.ts";
import { HealthDot, type Tone } from "../../components/health-dot.tsx";
import { formatDuration } from "../../format/times.ts";
import { said } from "../../i18n/gateway-words.ts";
import { t } from "../../i18n/t.ts";
import type { ProbeState } from "./use-probe.ts";

/** What a check of a provider found, in words that are read out as they appear. */
export function ProbeResult({ state }: { state: ProbeState }) {
  return (
    <output className="probe-result">
      {state.phase === "running" && <span className="soft">{t("providers:probing")}…</span>}
      {state.phase === "failed" && <span data-ink="bad">{state.message}</span>}
      {state.phase === "done" && <Found result={state.result} />}
    </output>
  );
}

function Found({ result }: { result: ProbeView }) {
  const { tone, word } = verdictOf(result);
  const facts = [word];
  if (tone === "good" && result.models !== null) facts.push(t("providers:models", { count: result.models }));
  if (result.reachable) facts.push(formatDuration(result.latencyMs * 1_000));
  return (
    <>
      <span data-ink={tone}>
        <HealthDot tone={tone} /> {facts.join(" · ")}
      </span>
      <span className="soft">
        {[result.problem, result.hint].flatMap((words) => (words === null ? [] : [` ${said(words)}`]))}
      </span>
    </>
  );
}

export function verdictOf({ reachable, authenticated, problem }: ProbeView): { tone: Tone; word: string } {
  if (!reachable) return { tone: "bad", word: t("providers:broken") };
  if (authenticated === false) return { tone: "bad", word: t("providers:refused") };
  return { tone: problem === null ? "good" : "warn", word: t("providers:fine") };
}
