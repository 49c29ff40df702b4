/** What recipes share: models as agents want them listed, and keys below a name. Pure. */
import type { Json } from "../json.ts";
import type { DesiredEdit, KeyPath, OfferedModel, Target } from "../types.ts";

export const PROVIDER = "tokligence";
export const TITLE = "Tokligence Gateway";
/** The variable that agents are told to read the key from. */
export const KEY_VARIABLE = "TOKLIGENCE_API_KEY";

const STANDARD_CONTEXT = 200_000;
const STANDARD_OUTPUT = 32_000;
/** A gateway may offer hundreds; a menu of all of them helps nobody. */
const MAX_LISTED = 25;

export interface ListedModel {
  id: string;
  context: number;
  output: number;
}

/** The chosen one first. */
export function listModels({ model, models }: Target): ListedModel[] {
  const chosen =
    models.find(({ id }) => id === model) ??
    (model === null ? null : { id: model, contextTokens: null, outputTokens: null });
  const others = models.filter(({ id }) => id !== model);
  const all: OfferedModel[] = chosen === null ? others : [chosen, ...others];
  return all.slice(0, MAX_LISTED).map(({ id, contextTokens, outputTokens }) => ({
    id,
    context: contextTokens ?? STANDARD_CONTEXT,
    output: outputTokens ?? STANDARD_OUTPUT,
  }));
}

/** Only asked of recipes that need one. */
export const modelOf = ({ model }: Target): string => model ?? "";

/** One edit a member. */
export const below = (
  path: KeyPath,
  members: Record<string, Json>,
  more: Omit<DesiredEdit, "path" | "value"> = {},
): DesiredEdit[] => Object.entries(members).map(([name, value]) => ({ path: [...path, name], value, ...more }));
