import { Button } from "@mantine/core";
import { useState } from "react";
import type { ProbeView } from "../../../src-gateway/admin-api/contract/schemas.ts";
import { useGateway, useSessionState } from "../../api/gateway-context.tsx";
import { HealthDot, type Tone } from "../../components/health-dot.tsx";
import { formatDuration } from "../../format/times.ts";
import { text } from "../../i18n/text.ts";

type ProbeState =
  | { phase: "idle" | "running" }
  | { phase: "done"; result: ProbeView }
  | { phase: "failed"; message: string };

/** Asks the gateway to reach the provider now, and shows what came of it. */
export function ProbeButton({ id, name }: { id: string; name: string }) {
  const { connection } = useGateway();
  const session = useSessionState();
  const [state, setState] = useState<ProbeState>({ phase: "idle" });
  const mayProbe = session.phase === "signed-in" && session.user.role !== "gateway_user";
  const words = text.providers;
  const probe = (): void => {
    setState({ phase: "running" });
    connection.call("probeProvider", { params: { id } }).then(
      (result) => setState({ phase: "done", result }),
      (error: unknown) =>
        setState({ phase: "failed", message: error instanceof Error ? error.message : String(error) }),
    );
  };
  return (
    <div className="probe">
      <output className="probe-result">
        {state.phase === "running" && <span className="soft">{words.probing}…</span>}
        {state.phase === "failed" && <span data-ink="bad">{state.message}</span>}
        {state.phase === "done" && <ProbeResult result={state.result} />}
      </output>
      <Button
        aria-label={words.probeThing(name)}
        title={mayProbe ? undefined : words.adminOnly}
        disabled={!mayProbe || state.phase === "running"}
        onClick={probe}
      >
        {words.probe}
      </Button>
    </div>
  );
}

function ProbeResult({ result }: { result: ProbeView }) {
  const { tone, word } = verdictOf(result);
  const facts = [word];
  if (tone === "good" && result.models !== null) facts.push(text.providers.probeModels(result.models));
  if (result.reachable) facts.push(formatDuration(result.latencyMs * 1_000));
  return (
    <>
      <span data-ink={tone}>
        <HealthDot tone={tone} /> {facts.join(" · ")}
      </span>
      {result.problem !== null && <span className="soft">{result.problem}</span>}
      {result.hint !== null && <span className="soft">{result.hint}</span>}
    </>
  );
}

function verdictOf({ reachable, authenticated, problem }: ProbeView): { tone: Tone; word: string } {
  if (!reachable) return { tone: "bad", word: text.providers.unreachable };
  if (authenticated === false) return { tone: "bad", word: text.providers.refused };
  return { tone: problem === null ? "good" : "warn", word: text.providers.fine };
}
