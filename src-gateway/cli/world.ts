import type { Settings } from "../settings/types.ts";
import type { StorageTools } from "./storage-tools.ts";

/** Where text goes. */
export interface Output {
  isTTY?: boolean | undefined;
  /** Of the terminal, in characters. */
  columns?: number | undefined;
  write(text: string): unknown;
}

/** What the command line is given of the process it runs in. */
export interface CliWorld {
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  homeDir: string;
  stdout: Output;
  stderr: Output;
  /** Asks the person at the terminal; left out where nobody is there. */
  ask?(question: string): Promise<string>;
  /** The admin API over the database alone, on a socket that only this process's user may open. */
  openOffline(settings: Settings): Promise<{ socketPath: string; close(): Promise<void> }>;
  /** Work on the databases themselves. */
  openStorage(): Promise<StorageTools>;
}
