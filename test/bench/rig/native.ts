/** The two C programs of the bench, compiled where the machine has a compiler. */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

const sources = join(import.meta.dirname, "../native");

export interface NativePrograms {
  provider: string;
  load: string;
}

/** @throws Error where there is no C compiler. */
export function compileNative(folder: string): NativePrograms {
  mkdirSync(folder, { recursive: true });
  const compile = (name: string): string => {
    const program = join(folder, name);
    const { status, error, stderr } = spawnSync("cc", ["-O2", "-o", program, join(sources, `${name}.c`)]);
    if (error) throw new Error("The bench needs a C compiler: no `cc` is on the path (Debian: apt-get install gcc).");
    if (status !== 0) throw new Error(`${name}.c cannot be compiled:\n${stderr.toString()}`);
    return program;
  };
  return { provider: compile("provider"), load: compile("load") };
}
