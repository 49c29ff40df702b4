/** What went wrong when the gateway could not start, and what to do about it, for a dialog. */
export function explainStartFailure(error: unknown): { message: string; detail: string } {
  const { code, port, address } = (error ?? {}) as { code?: string; port?: number; address?: string };
  if (code === "EADDRINUSE") {
    return {
      message: `Port ${port ?? "of the gateway"} is taken by another program.`,
      detail:
        `Perhaps gatewayd runs already; its console is then at http://${hostOf(address)}:${port ?? 8081}/console/. ` +
        "Stop the other program and try again, or give this app another port: set TOKLIGENCE_FACADE_PORT, " +
        "or facade_port in config/setting.ini of the data folder.",
    };
  }
  if (code === "EACCES" && port !== undefined) {
    return {
      message: `This user may not open port ${port}.`,
      detail: "Choose a port above 1023, with TOKLIGENCE_FACADE_PORT or facade_port.",
    };
  }
  return { message: "The gateway could not start.", detail: error instanceof Error ? error.message : String(error) };
}

const hostOf = (address = "127.0.0.1"): string => (address.includes(":") ? `[${address}]` : address);
