/** Budgets that set their limit aside in another one: what only shows when all are known. */
import type { BudgetConfig, BudgetWindow } from "./budget-types.ts";
import { nearest } from "./nearest.ts";
import { listNames, quote } from "./secret-text.ts";

type Refuse = (index: number, name: string, problem: string, hint: string) => void;

export function checkSharedBudgets(budgets: readonly BudgetConfig[], refuse: Refuse): void {
  for (const [index, part] of budgets.entries()) {
    if (part.of === undefined) continue;
    const whole = budgets.find(({ id }) => id === part.of);
    const say = (name: string, problem: string, hint: string): void => refuse(index, name, problem, hint);
    if (!whole) {
      const ids = budgets.map(({ id }) => id);
      const meant = nearest(part.of, ids);
      say("of", `${quote(part.of)} is no budget`, `${meant ? `did you mean ${meant}? ` : ""}known: ${listNames(ids)}`);
    } else {
      checkPart(part, whole, say);
      checkTogether(budgets, index, whole, say);
    }
  }
}

function checkPart(
  part: BudgetConfig,
  whole: BudgetConfig,
  say: (name: string, problem: string, hint: string) => void,
) {
  if (whole.per !== "global") say("of", `${quote(whole.id)} is not one count for everybody`, "it needs per: global");
  if (["key", "provider", "global"].includes(part.per))
    say("per", `nothing can be set aside per ${part.per}`, "allowed: user, team, agent, project");
  if (!part.only || part.only.some((name) => /[*?]/.test(name)))
    say(
      "only",
      "does not name everybody it is for",
      "full names without * and ?, because the limit is set aside for each",
    );
  if (part.unit !== whole.unit) say("unit", `is another than that of ${quote(whole.id)}`, `unit: ${whole.unit}`);
  if (windowText(part.window) !== windowText(whole.window))
    say("window", `is another than that of ${quote(whole.id)}`, "both need the same window and time_zone");
}

/** All parts of one budget. Said once, of the first entry with the mistake. */
function checkTogether(
  budgets: readonly BudgetConfig[],
  index: number,
  whole: BudgetConfig,
  say: (name: string, problem: string, hint: string) => void,
): void {
  const part = budgets[index];
  const before = budgets.slice(0, index).filter(({ of }) => of === whole.id);
  if (!part) return;
  if (before.some(({ per }) => per !== part.per))
    say("per", `is another than that of the others of ${quote(whole.id)}`, "all of them are set aside for the same");
  const taken = new Set(before.flatMap(({ only = [] }) => only.map((name) => name.toLowerCase())));
  if (part.only?.some((name) => taken.has(name.toLowerCase())))
    say("only", "names somebody who has a part already", "one part for each");
  const sumOf = (parts: readonly BudgetConfig[]): number =>
    parts.reduce((sum, { limit, only = [] }) => sum + limit * only.length, 0);
  if (sumOf(before) <= whole.limit && sumOf([...before, part]) > whole.limit)
    say("limit", `all parts together are more than ${quote(whole.id)} has`, "lower them, or raise its limit");
}

const windowText = (window: BudgetWindow): string => JSON.stringify(window);
