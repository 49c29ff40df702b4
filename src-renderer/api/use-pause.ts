import type { StatusView } from "../../src-gateway/admin-api/contract/schemas.ts";
import { showToast } from "../components/toasts.tsx";
import { t } from "../i18n/t.ts";
import { useGateway, useSessionState } from "./gateway-context.tsx";
import { useAction } from "./use-action.ts";
import { type Query, useQuery } from "./use-query.ts";

/** How the gateway is, for everything that stands around the pages. */
export const useStatus = (everyMs?: number): Query<StatusView> =>
  useQuery("status", (client) => client.call("getStatus"), everyMs === undefined ? {} : { everyMs });

export interface PauseSwitch {
  isPaused: boolean;
  mayPause: boolean;
  isRunning: boolean;
  set: (isPaused: boolean) => void;
}

/** Has the gateway take nothing new, or take requests again; the toast takes that back. */
export function usePause(): PauseSwitch {
  const { cache } = useGateway();
  const session = useSessionState();
  const isPaused = useStatus().value?.paused ?? false;
  const show = (paused: boolean): void => {
    const known = cache.read("status") as StatusView | undefined;
    if (known) cache.write("status", { ...known, paused });
  };
  const action = useAction((client, paused: boolean) => client.call(paused ? "pauseGateway" : "resumeGateway"), {
    optimistic(paused) {
      show(paused);
      return () => show(!paused);
    },
  });
  const set = (paused: boolean): void =>
    void action.run(paused).then((done) => {
      if (done === null) showToast({ tone: "bad", text: t("frame:pauseFailed") });
      else if (paused) showToast({ text: t("frame:pausedNow"), undo: () => set(false) });
      else showToast({ text: t("frame:resumedNow") });
    });
  const mayPause = session.phase === "signed-in" && session.user.role !== "gateway_user";
  return { isPaused, mayPause, isRunning: action.isRunning, set };
}
