/** A secret from a pipe, or typed without being shown. Never from an argument: those are seen by every program. */
import type { Readable } from "node:stream";
import { CliError, EXIT } from "./cli-error.ts";
import type { CliWorld } from "./world.ts";

const MAX_CHARACTERS = 20_000;
const ENTER = /[\r\n]/;
const INTERRUPT = "\u0003";
const ERASE: ReadonlySet<string> = new Set(["\b", "\u007f"]);

/** @throws CliError when nothing comes. */
export async function readSecretInput(
  { stderr }: Pick<CliWorld, "stderr">,
  { prompt, hint }: { prompt: string; hint: string },
): Promise<string> {
  const { stdin } = process;
  const value = (stdin.isTTY ? await typed(stdin, () => stderr.write(prompt)) : await piped(stdin)).trim();
  if (stdin.isTTY) stderr.write("\n");
  if (value === "") throw new CliError(EXIT.usage, hint);
  return value;
}

/** What is asked for the value of a kept secret. */
export const valueOfSecret = (name: string): { prompt: string; hint: string } => ({
  prompt: `Value of ${name}: `,
  hint: "No value came. Type it, or pipe it in: gateway secret set NAME < file",
});

async function piped(stdin: Readable): Promise<string> {
  let text = "";
  for await (const chunk of stdin.setEncoding("utf8")) {
    text += chunk as string;
    if (text.length > MAX_CHARACTERS) throw new CliError(EXIT.usage, "What came is longer than a secret can be.");
  }
  return text;
}

function typed(stdin: NodeJS.ReadStream, ask: () => void): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const end = (settle: () => void): void => {
      stdin.setRawMode(false).pause().off("data", onData);
      settle();
    };
    const onData = (chunk: Buffer | string): void => {
      for (const character of chunk.toString()) {
        if (character === INTERRUPT) return end(() => reject(new CliError(EXIT.failed, "Nothing was kept.")));
        if (ENTER.test(character)) return end(() => resolve(text));
        text = ERASE.has(character) ? text.slice(0, -1) : text + character;
      }
    };
    stdin.setRawMode(true).resume().on("data", onData);
    ask();
  });
}
