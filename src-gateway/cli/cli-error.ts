/** The exit codes, as docs/cli.md promises them. */
export const EXIT = { ok: 0, failed: 1, usage: 2, unreachable: 3, notAllowed: 4, notFound: 5 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What a person is told, and the exit code that a script sees. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: ExitCode;
  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** For an HTTP status of the admin API. */
export function exitCodeOf(status: number): ExitCode {
  if (status === 401 || status === 403) return EXIT.notAllowed;
  if (status === 404) return EXIT.notFound;
  return status === 400 ? EXIT.usage : EXIT.failed;
}
