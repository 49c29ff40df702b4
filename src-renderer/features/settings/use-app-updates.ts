import { useEffect, useState } from "react";
import type { DesktopBridge } from "../../../src-main/preload.ts";
import { desktop } from "../../api/desktop.ts";

type Bridge = DesktopBridge["updates"];
export type AppUpdateState = Awaited<ReturnType<Bridge["get"]>>;
export type AppUpdateAction = Parameters<Bridge["act"]>[0];

interface AppUpdates {
  /** Null in a browser, and before the first answer. */
  state: AppUpdateState | null;
  act: (action: AppUpdateAction) => void;
  choose: (changes: Parameters<Bridge["choose"]>[0]) => void;
}

const BUSY_MS = 500;
const IDLE_MS = 5_000;
const BUSY: readonly string[] = ["checking", "downloading", "waiting", "restarting"];

/** New versions of the app around this window; asked again while something goes on, and never while nobody looks. */
export function useAppUpdates(): AppUpdates {
  const bridge = desktop()?.updates;
  const [state, setState] = useState<AppUpdateState | null>(null);
  const isBusy = state !== null && BUSY.includes(state.phase);
  useEffect(() => {
    if (bridge === undefined) return;
    const ask = (): void => {
      if (document.visibilityState === "visible") bridge.get().then(setState, () => {});
    };
    ask();
    const timer = setInterval(ask, isBusy ? BUSY_MS : IDLE_MS);
    return () => clearInterval(timer);
  }, [bridge, isBusy]);
  const show = (answer: Promise<AppUpdateState>): void => void answer.then(setState, () => {});
  return {
    state,
    act: (action) => bridge && show(bridge.act(action)),
    choose: (changes) => bridge && show(bridge.choose(changes)),
  };
}
