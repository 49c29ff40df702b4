/** Why an agent was left as it is. The message says what to do. */
export type AgentErrorCode = "unknown-agent" | "refused" | "changed-meanwhile" | "busy" | "needs-model";

export class AgentError extends Error {
  override readonly name = "AgentError";
  readonly code: AgentErrorCode;
  readonly path: string | null;
  readonly line: number | null;
  constructor(code: AgentErrorCode, message: string, where: { path?: string; line?: number | null } = {}) {
    super(message);
    this.code = code;
    this.path = where.path ?? null;
    this.line = where.line ?? null;
  }
}
