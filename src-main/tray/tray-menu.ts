import { oneLine } from "./tray-words.ts";
import type { Copyable, TrayItem, TraySnapshot, TrayTitle } from "./types.ts";

/** What no menu shows well: it is a name of the operator's, and can be long. */
const MAX_NAME_LENGTH = 48;

/** The whole menu; on Linux it is all there is of the tray. */
export function trayMenu(snapshot: TraySnapshot, state: string, today: string): TrayItem[] {
  const isListening = snapshot.url !== null;
  return [
    { kind: "words", id: "state", label: plain(state, 100) },
    ...(isListening ? runningItems(snapshot, today) : retryItems(snapshot)),
    separator("before-settings"),
    ...updateItems(snapshot),
    ...(isListening ? [open("settings", "Settings…", "settings")] : []),
    titleChoice(snapshot),
    {
      kind: "switch",
      id: "open-at-login",
      label: "Open at login",
      action: { do: "openAtLogin", isOn: !snapshot.openAtLogin },
      isOn: snapshot.openAtLogin,
    },
    { kind: "action", id: "quit", label: "Quit", action: { do: "quit" } },
  ];
}

function runningItems(snapshot: TraySnapshot, today: string): TrayItem[] {
  return [
    { kind: "words", id: "today", label: plain(today, 100) },
    separator("before-switch"),
    providerChoice(snapshot),
    copyMenu(),
    snapshot.paused
      ? { kind: "action", id: "resume", label: "Resume", action: { do: "resume" } }
      : { kind: "action", id: "pause", label: "Pause", action: { do: "pause" } },
    separator("before-open"),
    open("dashboard", "Open dashboard", "overview"),
    open("requests", "Requests", "requests"),
    open("agents", "Connect agents…", "agents"),
  ];
}

const retryItems = ({ startProblem }: TraySnapshot): TrayItem[] =>
  startProblem === null ? [] : [{ kind: "action", id: "retry", label: "Try again…", action: { do: "retry" } }];

function providerChoice({ providers, providerInUse }: TraySnapshot): TrayItem {
  if (providers.length === 0)
    return { kind: "action", id: "switch", label: "Add a provider…", action: { do: "open", page: "providers" } };
  const asRouted: TrayItem = {
    kind: "choice",
    id: "use",
    label: "As the routes say",
    action: { do: "use", provider: null },
    isChosen: providerInUse === null,
  };
  const choices = providers.map(
    ({ id, isDown }): TrayItem => ({
      kind: "choice",
      id: `use:${id}`,
      label: plain(id) + (isDown ? " (not reachable)" : ""),
      action: { do: "use", provider: id },
      isChosen: providerInUse === id,
    }),
  );
  return { kind: "submenu", id: "switch", label: "Switch provider", items: [asRouted, ...choices] };
}

const COPY_LABELS: Readonly<Record<Copyable, string>> = {
  openai: "OpenAI base URL",
  anthropic: "Anthropic base URL",
  gemini: "Gemini base URL",
  exports: "Lines for a shell",
  key: "New client key",
};

function copyMenu(): TrayItem {
  const items = Object.entries(COPY_LABELS).map(
    ([what, label]): TrayItem => ({
      kind: "action",
      id: `copy:${what}`,
      label,
      action: { do: "copy", what: what as Copyable },
    }),
  );
  return { kind: "submenu", id: "copy", label: "Copy", items };
}

function updateItems({ update }: TraySnapshot): TrayItem[] {
  if (update === null) return [];
  const label = update.isStaged ? `Restart for version ${update.version}` : `Version ${update.version}…`;
  return [{ kind: "action", id: "update", label: plain(label), action: { do: "showUpdate" } }];
}

const TITLE_LABELS: Readonly<Record<TrayTitle, string>> = {
  none: "Nothing",
  spend: "Dollars today",
  budget: "Percent of the budget",
  tokens: "Tokens today",
};

function titleChoice(snapshot: TraySnapshot): TrayItem {
  const items = Object.entries(TITLE_LABELS).map(
    ([title, label]): TrayItem => ({
      kind: "choice",
      id: `title:${title}`,
      label,
      action: { do: "title", title: title as TrayTitle },
      isChosen: snapshot.title === title,
    }),
  );
  return { kind: "submenu", id: "title", label: "Beside the icon", items };
}

const separator = (id: string): TrayItem => ({ kind: "separator", id });
const open = (id: string, label: string, page: "overview" | "requests" | "agents" | "settings"): TrayItem => ({
  kind: "action",
  id,
  label,
  action: { do: "open", page },
});

/** Menus of Windows and Linux take an ampersand for the mark of a key. */
const plain = (text: string, maxLength = MAX_NAME_LENGTH): string => oneLine(text, maxLength).replaceAll("&", "&&");
