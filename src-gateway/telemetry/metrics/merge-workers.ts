/** What several processes measured, as one text: each sample says which worker it is of, so that nothing is added up twice. */

interface Family {
  /** The lines that describe it. */
  head: string[];
  samples: string[];
}

/** @param texts of the workers, by their numbers, in the text format of Prometheus. */
export function mergeWorkers(texts: ReadonlyMap<number, string>): string {
  const families = new Map<string, Family>();
  for (const [worker, text] of texts) {
    let family: Family | null = null;
    for (const line of text.split("\n")) {
      const name = /^# (?:HELP|TYPE) (\S+)/.exec(line)?.[1];
      if (name !== undefined) {
        family = families.get(name) ?? { head: [], samples: [] };
        families.set(name, family);
        if (!family.head.includes(line)) family.head.push(line);
      } else if (line !== "") family?.samples.push(labelled(line, worker));
    }
  }
  const lines = [...families.values()].flatMap(({ head, samples }) => [...head, ...samples]);
  return lines.map((line) => `${line}\n`).join("");
}

/** Before the labels that are there: a value of theirs can hold any character. */
function labelled(sample: string, worker: number): string {
  const at = sample.search(/[{ ]/);
  const rest = sample.slice(at);
  const label = `worker="${worker}"`;
  if (!rest.startsWith("{")) return `${sample.slice(0, at)}{${label}}${rest}`;
  return `${sample.slice(0, at)}{${label}${rest.startsWith("{}") ? "" : ","}${rest.slice(1)}`;
}
