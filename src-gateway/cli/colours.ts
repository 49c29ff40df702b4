import type { CliWorld } from "./world.ts";

export type Colour = "plain" | "dim" | "red" | "green" | "yellow";
export type Paint = (colour: Colour, text: string) => string;

const CODES: Record<Exclude<Colour, "plain">, number> = { dim: 2, red: 31, green: 32, yellow: 33 };

/** Colours where somebody sees them: on a terminal, unless they were declined. */
export function createPaint({ env, stdout }: CliWorld, isWanted: boolean): Paint {
  const isForced = env["FORCE_COLOR"] !== undefined && env["FORCE_COLOR"] !== "0";
  const isOn = isWanted && !env["NO_COLOR"] && (isForced || (stdout.isTTY === true && env["TERM"] !== "dumb"));
  return (colour, text) =>
    isOn && colour !== "plain" && text !== "" ? `\u001b[${CODES[colour]}m${text}\u001b[0m` : text;
}
