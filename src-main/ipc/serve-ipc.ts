import type { ElectronParts } from "../electron-parts.ts";
import { IPC, type IpcHandlers } from "./contract.ts";

/** Answers the window, and only it: who asks is looked at first, then what was sent. */
export function serveIpc(
  ipcMain: ElectronParts["ipcMain"],
  handlers: IpcHandlers,
  isOwn: (sender: { webContentsId: number; frameUrl: string | null; isMainFrame: boolean }) => boolean,
): void {
  for (const name of Object.keys(IPC) as (keyof typeof IPC)[]) {
    const { channel, args: expected, reply } = IPC[name];
    const handle = handlers[name] as (...args: unknown[]) => unknown;
    ipcMain.handle(channel, ({ sender, senderFrame }, ...args: unknown[]) => {
      const from = {
        webContentsId: sender.id,
        frameUrl: senderFrame?.url ?? null,
        isMainFrame: senderFrame?.parent === null,
      };
      if (!isOwn(from)) throw new Error("Only the console in the app's own window may ask this.");
      const read = expected.safeParse(args);
      if (!read.success) throw new Error(`${channel} was asked for with something that it does not take.`);
      // What is not declared stays here.
      return reply.parse(handle(...read.data));
    });
  }
}
