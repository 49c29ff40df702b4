import type { CompletionTree } from "./completion.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

export function completionScript(shell: Shell, tree: CompletionTree): string {
  if (shell === "bash") return bashScript(tree);
  return shell === "zsh" ? zshScript(tree) : fishScript(tree);
}

/** A value of an option is no part of the command's path. */
const optionPattern = ({ values }: CompletionTree): string => [...values.keys()].join("|");

const cases = (pairs: Iterable<[string, string[]]>, line: (words: string) => string): string =>
  [...pairs].map(([key, words]) => `    "${key}") ${line(words.join(" "))} ;;`).join("\n");

const withChoices = ({ values }: CompletionTree): [string, string[]][] =>
  [...values].filter(([, choices]) => choices.length > 0);

const bashScript = (tree: CompletionTree): string => `# bash completion of gateway
_gateway() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local path="" next="" word index
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    case "$word" in
      ${optionPattern(tree)}) ((index++)) ;;
      -*) ;;
      *) path="\${path:+$path }$word" ;;
    esac
  done
  case "$previous" in
${cases(withChoices(tree), (words) => `next="${words}"`)}
    ${optionPattern(tree)}) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  if [[ -z "$next" ]]; then
    case "$path" in
${cases(tree.words, (words) => `next="${words}"`)}
    esac
  fi
  COMPREPLY=($(compgen -W "$next" -- "$current"))
}
complete -F _gateway gateway
`;

const zshScript = (tree: CompletionTree): string => `#compdef gateway
# zsh completion of gateway
_gateway() {
  local previous="\${words[CURRENT-1]}" trail="" next="" word
  local -i index
  for ((index = 2; index < CURRENT; index++)); do
    word="\${words[index]}"
    case "$word" in
      ${optionPattern(tree)}) ((index++)) ;;
      -*) ;;
      *) trail="\${trail:+$trail }$word" ;;
    esac
  done
  case "$previous" in
${cases(withChoices(tree), (words) => `next="${words}"`)}
    ${optionPattern(tree)}) _files; return ;;
  esac
  if [[ -z "$next" ]]; then
    case "$trail" in
${cases(tree.words, (words) => `next="${words}"`)}
    esac
  fi
  compadd -- \${=next}
}
if [[ "$funcstack[1]" == "_gateway" ]]; then _gateway "$@"; else compdef _gateway gateway; fi
`;

const fishScript = (tree: CompletionTree): string => `# fish completion of gateway
function __gateway_words
  set -l trail
  set -l skip 0
  set -l given (commandline -opc)
  for word in $given[2..-1]
    if test $skip = 1
      set skip 0
      continue
    end
    switch $word
      case ${[...tree.values.keys()].map((name) => `'${name}'`).join(" ")}
        set skip 1
      case '-*'
      case '*'
        set -a trail $word
    end
  end
  if test $skip = 1
    switch $given[-1]
${withChoices(tree)
  .map(([name, choices]) => `      case '${name}'\n        printf '%s\\n' ${choices.join(" ")}`)
  .join("\n")}
      case '*'
        __fish_complete_path (commandline -ct)
    end
    return
  end
  switch "$trail"
${[...tree.words].map(([path, words]) => `    case '${path}'\n      printf '%s\\n' ${words.join(" ")}`).join("\n")}
  end
end
complete -c gateway -f -a '(__gateway_words)'
`;
