import type { ElectronParts } from "../electron-parts.ts";
import type { IpcContract, IpcHandlersOf } from "./contract.ts";
import type { Sender } from "./sender.ts";

/** Answers one window, and only it: who asks is looked at first, then what was sent. */
export function serveIpc<Contract extends IpcContract>(
  ipcMain: ElectronParts["ipcMain"],
  contract: Contract,
  handlers: IpcHandlersOf<Contract>,
  isOwn: (sender: Sender) => boolean,
): void {
  for (const [name, { channel, args: expected, reply }] of Object.entries(contract)) {
    const handle = handlers[name] as (...args: unknown[]) => unknown;
    ipcMain.handle(channel, async ({ sender, senderFrame }, ...args: unknown[]) => {
      const from = {
        webContentsId: sender.id,
        frameUrl: senderFrame?.url ?? null,
        isMainFrame: senderFrame?.parent === null,
      };
      if (!isOwn(from)) throw new Error("Only the page in the app's own window may ask this.");
      const read = expected.safeParse(args);
      if (!read.success) throw new Error(`${channel} was asked for with something that it does not take.`);
      // What is not declared stays here.
      return reply.parse(await handle(...read.data));
    });
  }
}
