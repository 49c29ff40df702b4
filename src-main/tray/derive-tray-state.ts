/** The tray: one pure function makes icon, title, tooltip and menu of what is known; the rest of this folder draws it. */
import { trayMenu } from "./tray-menu.ts";
import { dollars, oneLine, tokenCount } from "./tray-words.ts";
import type { TrayModel, TraySnapshot, TrayState } from "./types.ts";

/** From so much of a budget on, the tray warns. */
const WARN_PERCENT = 80;
const MAX_LENGTH = 90;

export function deriveTrayState(snapshot: TraySnapshot): TrayModel {
  const { state, words } = judge(snapshot);
  const today = oneLine(todayOf(snapshot), MAX_LENGTH);
  return {
    icon: state,
    title: titleOf(snapshot),
    tooltip: `Tokligence Gateway: ${oneLine(words, MAX_LENGTH)}${snapshot.url === null ? "" : `\n${today}`}`,
    menu: trayMenu(snapshot, oneLine(words, MAX_LENGTH), today),
  };
}

interface Judgement {
  state: TrayState;
  /** The state in words, with what it is about. */
  words: string;
}

/** Read from top to bottom: what stands higher matters more. */
function judge(snapshot: TraySnapshot): Judgement {
  const { url, startProblem, paused, failover, budget, update, openExchanges } = snapshot;
  if (url === null) {
    return startProblem === null
      ? { state: "running", words: "Starting" }
      : { state: "error", words: `Not running: ${startProblem}` };
  }
  const broken = brokenProviders(snapshot);
  if (broken !== null) return { state: "error", words: broken };
  if (budget?.isStopped) return { state: "stopped", words: `Stopped by the budget ${budget.name}` };
  const address = new URL(url).host;
  if (paused) return { state: "paused", words: `Paused, ${address}` };
  if (failover) return { state: "failover", words: `Answered by ${failover.to}, because ${failover.from} failed` };
  if (budget && budget.percent >= WARN_PERCENT)
    return { state: "warning", words: `${Math.floor(budget.percent)} % of the budget ${budget.name} is used` };
  if (update) {
    const how = update.isStaged ? "is ready: restart to install it" : "is available";
    return { state: "update", words: `Version ${update.version} ${how}` };
  }
  if (openExchanges > 0)
    return { state: "active", words: `${openExchanges} ${openExchanges === 1 ? "request" : "requests"}, ${address}` };
  return { state: "running", words: `Running, ${address}` };
}

/** Null while somebody can still be asked. */
function brokenProviders({ lockedKeys, providers }: TraySnapshot): string | null {
  if (lockedKeys.length > 0) return `The keychain does not answer; it holds the key of ${lockedKeys.join(", ")}`;
  const areAllDown = providers.length > 0 && providers.every(({ isDown }) => isDown);
  return areAllDown ? "No provider can be reached" : null;
}

function titleOf({ title, url, today, budget }: TraySnapshot): string {
  if (url === null) return "";
  switch (title) {
    case "none":
      return "";
    case "spend":
      return dollars(today.costNano);
    case "budget":
      return budget === null ? "" : `${Math.floor(budget.percent)} %`;
    case "tokens":
      return tokenCount(today.tokens);
  }
}

/** A sum in which something has no price is at least that. */
function todayOf({ today, budget }: TraySnapshot): string {
  const spent = `${today.unpriced > 0 ? "at least " : ""}${dollars(today.costNano)} today`;
  return `${spent}, ${tokenCount(today.tokens)} tokens${budget === null ? "" : `, ${Math.floor(budget.percent)} % of ${budget.name}`}`;
}
