/** What the tray shows, as plain values: the facts that it is made from, and the model that is drawn of them. */

/** What may stand beside the icon, where the system has a place for text (macOS, some Linux desktops). */
export const TRAY_TITLES = ["none", "spend", "budget", "tokens"] as const;
export type TrayTitle = (typeof TRAY_TITLES)[number];

export const COPYABLES = ["openai", "anthropic", "gemini", "exports", "key"] as const;
/** A base URL, the lines for a shell, or a client key that is made for it. */
export type Copyable = (typeof COPYABLES)[number];

/** Everything that is known, at one moment. It holds no key. */
export interface TraySnapshot {
  /** Null while the gateway does not listen. */
  url: string | null;
  /** Why it does not; null while it starts. */
  startProblem: string | null;
  paused: boolean;
  openExchanges: number;
  providers: readonly TrayProvider[];
  /** What goes to no provider by its exact name goes there; null where nothing was chosen. */
  providerInUse: string | null;
  /** Providers whose key is in a keychain that does not answer. */
  lockedKeys: readonly string[];
  /** The last request was answered by another provider than the first that was asked. */
  failover: { from: string; to: string } | null;
  /** Since local midnight. */
  today: { costNano: number; tokens: number; unpriced: number };
  /** The budget that is nearest to its end; null where none is set. */
  budget: TrayBudget | null;
  update: { version: string; isStaged: boolean } | null;
  title: TrayTitle;
  openAtLogin: boolean;
}

export interface TrayProvider {
  id: string;
  isDown: boolean;
}

export interface TrayBudget {
  name: string;
  percent: number;
  /** Requests are turned away, because a hard limit is reached. */
  isStopped: boolean;
  /** What the percent are of, in nano-USD, tokens or requests. */
  amounts?: { spent: number; limit: number; unit: "usd" | "tokens" | "requests" };
}

export const TRAY_STATES = [
  "error",
  "stopped",
  "paused",
  "failover",
  "warning",
  "update",
  "active",
  "running",
] as const;
/** In order of precedence: the first that is so is shown. */
export type TrayState = (typeof TRAY_STATES)[number];

export const CONSOLE_PAGES = ["overview", "requests", "agents", "settings", "budgets", "providers", "updates"] as const;
export type ConsolePage = (typeof CONSOLE_PAGES)[number];

export type TrayAction =
  | { do: "open"; page: ConsolePage }
  | { do: "use"; provider: string | null }
  | { do: "copy"; what: Copyable }
  | { do: "pause" }
  | { do: "resume" }
  | { do: "title"; title: TrayTitle }
  | { do: "openAtLogin"; isOn: boolean }
  | { do: "showUpdate" }
  | { do: "retry" }
  | { do: "quit" };

export type TrayItem =
  | { kind: "separator"; id: string }
  /** Cannot be chosen. */
  | { kind: "words"; id: string; label: string }
  | { kind: "action"; id: string; label: string; action: TrayAction }
  /** One of several. */
  | { kind: "choice"; id: string; label: string; action: TrayAction; isChosen: boolean }
  | { kind: "switch"; id: string; label: string; action: TrayAction; isOn: boolean }
  | { kind: "submenu"; id: string; label: string; items: TrayItem[] };

export interface TrayModel {
  icon: TrayState;
  title: string;
  tooltip: string;
  menu: TrayItem[];
}
