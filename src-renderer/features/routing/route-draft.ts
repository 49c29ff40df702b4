import {
  type Entry,
  entryOperations,
  isEntry,
  type Json,
  type Operation,
  textOf,
} from "../../configuration/config-value.ts";

export interface TargetDraft {
  /** For the list on the page, while targets change places. */
  key: number;
  provider: string;
  model: string;
  weight: string;
  /** As it is written; a group, which the editor shows and leaves alone, has no provider. */
  written: Json | undefined;
}

export interface RouteDraft {
  match: string;
  /** Empty for the standard: `single` with one target, `fallback` with more. */
  strategy: string;
  targets: TargetDraft[];
}

export const STRATEGIES = [
  "single",
  "fallback",
  "weighted",
  "least-latency",
  "cheapest",
  "conditional",
  "content",
  "ab",
  "sticky",
] as const;

export const matchOf = (route: Entry): string => {
  const match = route["match"];
  return Array.isArray(match) ? match.map(textOf).join(", ") : textOf(match);
};

export const emptyRoute = (): RouteDraft => ({ match: "", strategy: "", targets: [newTarget(1)] });
export const newTarget = (key: number): TargetDraft => ({
  key,
  provider: "",
  model: "",
  weight: "",
  written: undefined,
});

export const draftOfRoute = (route: Entry): RouteDraft => ({
  match: matchOf(route),
  strategy: textOf(route["strategy"]),
  targets: (Array.isArray(route["targets"]) ? route["targets"] : []).map((written, place) => ({
    key: place,
    ...partsOf(written),
    written,
  })),
});

/** A target's own parts, in whichever form it is written: `openai`, `openai/gpt-5` or a map. */
function partsOf(written: Json): Pick<TargetDraft, "provider" | "model" | "weight"> {
  if (isEntry(written)) {
    return {
      provider: textOf(written["provider"]),
      model: textOf(written["model"]),
      weight: textOf(written["weight"]),
    };
  }
  const text = textOf(written);
  const slash = text.indexOf("/");
  if (slash < 0) return { provider: text, model: "", weight: "" };
  return { provider: text.slice(0, slash), model: text.slice(slash + 1), weight: "" };
}

export const isGroupTarget = ({ written }: TargetDraft): boolean =>
  isEntry(written) && written["targets"] !== undefined;

function targetOf(draft: TargetDraft): Json {
  const { provider, model, weight, written } = draft;
  if (written !== undefined) {
    const before = partsOf(written);
    const isSame = before.provider === provider && before.model === model && before.weight === weight;
    if (isSame || isGroupTarget(draft)) return written;
  }
  const rest: Entry = isEntry(written) ? { ...written } : {};
  delete rest["model"];
  delete rest["weight"];
  const target: Entry = { ...rest, provider };
  if (model.trim() !== "") target["model"] = model.trim();
  if (weight.trim() !== "") target["weight"] = Number(weight);
  return Object.keys(target).length === 1 ? provider : target;
}

/** The entry of `routes:` that a draft stands for; what the editor does not know stays. */
export function routeOf(draft: RouteDraft, before: Entry | null): Entry {
  const route: Entry = { ...before };
  const matches = draft.match.split(/[\s,]+/).filter((each) => each !== "");
  const [only] = matches;
  if (matches.length > 1) route["match"] = matches;
  else if (only !== undefined) route["match"] = only;
  else delete route["match"];
  if (draft.strategy === "") delete route["strategy"];
  else route["strategy"] = draft.strategy;
  route["targets"] = draft.targets.map(targetOf);
  return route;
}

/** From one entry to another by its place, member by member. */
export const routeOperations = (place: number, before: Entry, after: Entry): Operation[] =>
  entryOperations(["routes", place], before, after);

export function moved<Item>(list: readonly Item[], from: number, to: number): Item[] {
  const next = [...list];
  next.splice(to, 0, ...next.splice(from, 1));
  return next;
}
