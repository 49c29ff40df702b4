/** What a person is told, and the exit code that a script sees. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: number;
  constructor(exitCode: number, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** 1 failed, 2 wrong use, 3 not reachable, 4 not allowed, 5 not there. */
export const exitCodeOf = (status: number): number => {
  if (status === 401 || status === 403) return 4;
  if (status === 404) return 5;
  return status === 400 || status === 422 ? 2 : 1;
};
