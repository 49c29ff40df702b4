import { useState } from "react";
import type { ProbeView } from "../../../src-gateway/admin-api/contract/schemas.ts";
import { useGateway } from "../../api/gateway-context.tsx";

export type ProbeState =
  | { phase: "idle" | "running" }
  | { phase: "done"; result: ProbeView }
  | { phase: "failed"; message: string };

/** Asks the gateway to reach a provider now. */
export function useProbe(id: string): { state: ProbeState; probe: () => void } {
  const { connection } = useGateway();
  const [state, setState] = useState<ProbeState>({ phase: "idle" });
  const probe = (): void => {
    setState({ phase: "running" });
    connection.call("probeProvider", { params: { id } }).then(
      (result) => setState({ phase: "done", result }),
      (error: unknown) =>
        setState({ phase: "failed", message: error instanceof Error ? error.message : String(error) }),
    );
  };
  return { state, probe };
}
