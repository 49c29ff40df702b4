import { electronFeed } from "./electron-feed.ts";
import type { UpdateFeed } from "./types.ts";
import { publisherProblem } from "./windows-publisher.ts";

/** Loaded when it is first asked: a start of the app does not need it. */
export async function openFeed(): Promise<UpdateFeed> {
  const [{ autoUpdater: system }, { autoUpdater, DebUpdater, NsisUpdater }] = await Promise.all([
    import("electron"),
    import("electron-updater"),
  ]);
  // Its own check lets everything pass where PowerShell does not answer.
  if (autoUpdater instanceof NsisUpdater)
    autoUpdater.verifyUpdateCodeSignature = (publishers, path) => publisherProblem(publishers, path);
  // The system asks for a password to install a package, and who quits an app is not there to answer.
  return electronFeed(autoUpdater, { installsOnQuit: !(autoUpdater instanceof DebUpdater), system });
}
