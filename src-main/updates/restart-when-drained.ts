import type { ElectronParts } from "../electron-parts.ts";

/** What an installation needs of the app around it. */
export interface RestartWorld {
  dialog: ElectronParts["dialog"];
  /** Requests that are under way. */
  openExchanges: () => number;
  /** Lets the gateway's open streams end, for as long as its settings say, and has it write its records. */
  stopGateway: () => Promise<void>;
  /** Nothing of the old app may stay on the screen, or keep the new one from starting. */
  letGo: () => void;
  /** Windows that only hide when they are closed, close from now on. */
  releaseWindows: () => void;
  /** The old app goes on, because nothing could be installed. */
  goOn: () => Promise<void>;
}

export type RestartAnswer = "later" | "when-idle" | "now";

const ANSWERS: readonly RestartAnswer[] = ["later", "when-idle", "now"];
/** A gateway that does not end must not keep an update away for ever. */
const STOP_LIMIT_MS = 2 * 60_000;

/** Nobody is asked while nothing is under way. */
export async function askToRestart(world: RestartWorld, version: string): Promise<RestartAnswer> {
  const open = world.openExchanges();
  if (open === 0) return "now";
  const requests = open === 1 ? "1 request is" : `${open} requests are`;
  const { response } = await world.dialog.showMessageBox({
    type: "question",
    title: "Tokligence Gateway",
    message: `Restart for version ${version}?`,
    detail: `${requests} under way. A restart now takes no new ones, gives these a moment to end, and cuts off what has not.`,
    buttons: ["Later", "When they have ended", "Restart now"],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  });
  return ANSWERS[response] ?? "later";
}

/** @returns once the gateway has ended, or has had its time. */
export async function drain({ stopGateway }: RestartWorld, limitMs = STOP_LIMIT_MS): Promise<void> {
  const limit = Promise.withResolvers<void>();
  const timer = setTimeout(limit.resolve, limitMs);
  // What the gateway could not write it has said in its log; the app ends either way.
  await Promise.race([stopGateway().catch(() => {}), limit.promise]);
  clearTimeout(timer);
}
