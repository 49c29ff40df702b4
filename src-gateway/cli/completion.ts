import type { Command, Option } from "commander";
import { completionScript, SHELLS, type Shell } from "./completion-script.ts";
import type { CliWorld } from "./world.ts";

export function addCompletion(program: Command, world: CliWorld): void {
  program
    .command("completion")
    .description("a completion script for your shell, to be sourced")
    .addArgument(program.createArgument("<shell>", "which shell").choices(SHELLS))
    .addHelpText(
      "after",
      `
  bash   source <(gateway completion bash)
  zsh    source <(gateway completion zsh)
  fish   gateway completion fish | source`,
    )
    .action((shell: Shell) => {
      world.stdout.write(completionScript(shell, readTree(program)));
    });
}

/** What may stand where, as the scripts need it. */
export interface CompletionTree {
  /** By the path of a command (`admin users`, the empty text for the program), the words that may follow. */
  words: Map<string, string[]>;
  /** Options that take a value, with the values that are allowed; none means any. */
  values: Map<string, string[]>;
}

export function readTree(program: Command): CompletionTree {
  const tree: CompletionTree = { words: new Map(), values: new Map() };
  const global = program.options.flatMap((option) => namesOf(option, tree));
  const visit = (command: Command, path: string): void => {
    const isTop = command === program;
    const children = command.commands.filter((child) => child.name() !== "help" && !isHidden(child));
    const own = isTop
      ? []
      : command.options.filter((option) => !option.hidden).flatMap((option) => namesOf(option, tree));
    const choices = command.registeredArguments.flatMap((argument) => argument.argChoices ?? []);
    tree.words.set(path, [
      ...new Set([...children.map((child) => child.name()), ...choices, ...own, ...global, "--help"]),
    ]);
    for (const child of children) visit(child, path === "" ? child.name() : `${path} ${child.name()}`);
  };
  visit(program, "");
  return tree;
}

/** Commander keeps it where no method tells. */
const isHidden = (command: Command): boolean => (command as unknown as { _hidden?: boolean })["_hidden"] === true;

function namesOf(option: Option, { values }: CompletionTree): string[] {
  const names = [option.long, option.short].filter((name) => name !== undefined);
  if (option.required || option.optional) for (const name of names) values.set(name, option.argChoices ?? []);
  return option.long === undefined ? names : [option.long];
}
