import { type Command, Option } from "commander";

const SHELLS = ["bash", "zsh", "fish"] as const;

export function addCompletion(program: Command): void {
  program
    .command("completion")
    .description("a completion script for your shell, to be sourced")
    .addArgument(program.createArgument("<shell>", "bash, zsh or fish").choices(SHELLS))
    .action((shell: (typeof SHELLS)[number]) => {
      process.stdout.write(scriptFor(shell, wordsOf(program)));
    });
}

/** For each command path, the words that may follow it. */
export function wordsOf(program: Command): Map<string, string[]> {
  const words = new Map<string, string[]>();
  const visit = (command: Command, path: string): void => {
    const options = command.options.filter((option: Option) => !option.hidden).map((option) => option.long ?? option.short ?? "");
    const commands = command.commands.map((child) => child.name());
    words.set(path, [...commands, ...options, "--help"]);
    for (const child of command.commands) visit(child, `${path} ${child.name()}`.trim());
  };
  visit(program, "");
  return words;
}

function scriptFor(shell: (typeof SHELLS)[number], words: Map<string, string[]>): string {
  const cases = [...words].map(([path, next]) => `    "${path}") words="${next.join(" ")}" ;;`).join("\n");
  const find = `  local path="" word
  for word in "\${given[@]}"; do
    case "$word" in -*) ;; *) path="\${path:+$path }$word" ;; esac
  done
  local words=""
  case "$path" in
${cases}
  esac`;
  switch (shell) {
    case "bash":
      return `_gateway() {
  local given=("\${COMP_WORDS[@]:1:COMP_CWORD-1}")
${find}
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _gateway gateway
`;
    case "zsh":
      return `#compdef gateway
_gateway() {
  local given=("\${(@)words[2,CURRENT-1]}")
${find.replaceAll("local words", "local next").replaceAll('words="', 'next="')}
  compadd -- \${=next}
}
compdef _gateway gateway
`;
    case "fish":
      return [...words]
        .flatMap(([path, next]) => {
          const given = path === "" ? "__fish_use_subcommand" : path.split(" ").map((word) => `__fish_seen_subcommand_from ${word}`).join("; and ");
          return next.map((word) =>
            word.startsWith("--") ? `complete -c gateway -f -n '${given}' -l ${word.slice(2)}` : `complete -c gateway -f -n '${given}' -a ${word}`,
          );
        })
        .join("\n")
        .concat("\n");
  }
}
