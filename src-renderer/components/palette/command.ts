import type { IconName } from "../icon.tsx";
import { fuzzyScore } from "./fuzzy.ts";

export const COMMAND_GROUPS = ["requests", "pages", "gateway", "providers", "appearance", "console"] as const;
export type CommandGroup = (typeof COMMAND_GROUPS)[number];

/** Something that can be done from anywhere. */
export interface Command {
  id: string;
  group: CommandGroup;
  name: string;
  icon: IconName;
  /** Keys that do the same. */
  keys?: string;
  /** Stands beside the name: what is so now. */
  note?: string;
  /** Further words that it is found by. */
  words?: string;
  run: () => void;
}

/** Those that answer what was typed, by group, the best first; all of them while nothing is. */
export function findCommands(commands: readonly Command[], typed: string): Command[] {
  const found = commands.flatMap((command, place) => {
    const score = fuzzyScore(typed, `${command.name} ${command.words ?? ""}`);
    return score === null ? [] : [{ command, place, score }];
  });
  const best = (group: CommandGroup): number =>
    Math.max(0, ...found.filter(({ command }) => command.group === group).map(({ score }) => score));
  const groups = COMMAND_GROUPS.toSorted((a, b) => best(b) - best(a));
  return found
    .toSorted(
      (a, b) =>
        groups.indexOf(a.command.group) - groups.indexOf(b.command.group) || b.score - a.score || a.place - b.place,
    )
    .map(({ command }) => command);
}
