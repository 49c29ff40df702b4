import type { PortOwner } from "./system/port-owner.ts";

export interface StartFailure {
  message: string;
  detail: string;
  /** The port that is taken; null when something else went wrong. */
  takenPort: number | null;
}

/** What went wrong when the gateway could not start, and what to do about it, for a dialog. */
export function explainStartFailure(error: unknown, owner: PortOwner | null = null): StartFailure {
  const { code, port, address } = (error ?? {}) as { code?: string; port?: number; address?: string };
  if (code === "EADDRINUSE") {
    const who = owner === null ? "another program" : `${owner.name} (process ${owner.pid})`;
    return {
      message: `Port ${port ?? "of the gateway"} is taken by ${who}.`,
      detail:
        `Perhaps gatewayd runs already; its console is then at http://${hostOf(address)}:${port ?? 8081}/console/. ` +
        "Stop the other program and try again, or give this app another port: here, with TOKLIGENCE_FACADE_PORT, " +
        "or with facade_port in config/setting.ini of the data folder. Agents that are connected have to be connected anew then.",
      takenPort: port ?? null,
    };
  }
  if (code === "EACCES" && port !== undefined) {
    return {
      message: `This user may not open port ${port}.`,
      detail: "Choose a port above 1023, with TOKLIGENCE_FACADE_PORT or facade_port.",
      takenPort: null,
    };
  }
  const detail = error instanceof Error ? error.message : String(error);
  return { message: "The gateway could not start.", detail, takenPort: null };
}

const hostOf = (address = "127.0.0.1"): string => (address.includes(":") ? `[${address}]` : address);
