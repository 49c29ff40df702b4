import type { AppUpdater } from "electron-updater";
import { plainNotes } from "./plain-notes.ts";
import type { UpdateFeed } from "./types.ts";

/** Electron's own part of it. */
interface SystemUpdater {
  on(event: "before-quit-for-update", listener: () => void): unknown;
}

/** electron-updater as the app wants it: it fetches and installs nothing that nobody asked for, and only what is newer. */
export function electronFeed(
  updater: AppUpdater,
  { installsOnQuit, system }: { installsOnQuit: boolean; system: SystemUpdater },
): UpdateFeed {
  updater.logger = null;
  updater.autoDownload = false;
  updater.autoInstallOnAppQuit = installsOnQuit;
  updater.disableWebInstaller = true;
  updater.fullChangelog = true;
  // It would send an id that it draws for each installation.
  updater.requestHeaders = { "x-user-staging-id": "none" };
  // Nobody listening, an error event would end the process; what fails is told by the promises.
  updater.on("error", () => {});
  let last: Awaited<ReturnType<AppUpdater["checkForUpdates"]>> = null;
  return {
    async check(channel) {
      updater.channel = channel === "beta" ? "beta" : "latest";
      updater.allowPrerelease = channel === "beta";
      // Choosing a channel has switched it on: an old version could bring an old hole back.
      updater.allowDowngrade = false;
      last = await updater.checkForUpdates();
      if (last === null) return "unsupported";
      const { version, releaseNotes } = last.updateInfo;
      return last.isUpdateAvailable ? { version, notes: plainNotes(releaseNotes) } : "newest";
    },
    async download(onPercent) {
      const tell = ({ percent }: { percent: number }): void => onPercent(percent);
      updater.on("download-progress", tell);
      try {
        await updater.downloadUpdate(last?.cancellationToken);
      } finally {
        updater.off("download-progress", tell);
      }
    },
    cancel: () => last?.cancellationToken?.cancel(),
    install: () => updater.quitAndInstall(false, true),
    onInstallFailure: (listener) => void updater.on("error", listener),
    onLeaving: (listener) => void system.on("before-quit-for-update", listener),
  };
}
