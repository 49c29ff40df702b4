import { CliError, EXIT } from "./cli-error.ts";

type Step = string | number | Record<string, string>;

/** `aliases.fast`, `routes[0].targets`, `providers[id=openai].enabled`, `default_provider["*"]`. @throws CliError */
export function parsePath(text: string): Step[] {
  const steps: Step[] = [];
  let rest = text;
  while (rest !== "") {
    const found =
      /^\.?([^.[\]"]+)/.exec(rest) ??
      /^\[(\d+)\]/.exec(rest) ??
      /^\["([^"]*)"\]/.exec(rest) ??
      /^\[(\w+)=([^\]]*)\]/.exec(rest);
    if (found === null) throw wrong(text);
    const [whole, first = "", second] = found;
    if (second !== undefined) steps.push({ [first]: second });
    else if (whole.startsWith("[") && !whole.startsWith('["')) steps.push(Number(first));
    else steps.push(first);
    rest = rest.slice(whole.length);
  }
  if (steps.length === 0) throw wrong(text);
  return steps;
}

const wrong = (text: string): CliError =>
  new CliError(EXIT.usage, `"${text.slice(0, 80)}" is no path. Such as aliases.fast or providers[id=openai].enabled.`);
