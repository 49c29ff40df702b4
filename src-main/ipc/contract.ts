/** Every way from the window to the app, declared once: what it takes, and what it gives. No key goes over it. */
import { z } from "zod";
import { preferencesSchema } from "../preferences.ts";
import { TRAY_TITLES } from "../tray/types.ts";
import { CHANNELS } from "./channels.ts";

/** What the window may see and change; where it stands and the port are none of its business; updates have ways of their own. */
const shown = preferencesSchema.omit({ window: true, port: true, updates: true }).extend({
  /** Why something that was chosen does not hold here; null when all does. */
  problem: z.string().nullable(),
});
export type ShownPreferences = z.infer<typeof shown>;

const changes = z
  .strictObject({
    trayTitle: z.enum(TRAY_TITLES),
    openAtLogin: z.boolean(),
    startHidden: z.boolean(),
    shortcut: z
      .string()
      .regex(/^[A-Za-z0-9+]{1,60}$/)
      .nullable(),
  })
  .partial();
export type PreferenceChanges = z.infer<typeof changes>;

export type IpcContract = Record<string, { channel: string; args: z.ZodType<unknown[]>; reply: z.ZodType }>;

export const IPC = {
  getPreferences: { channel: CHANNELS.getPreferences, args: z.tuple([]), reply: shown },
  setPreferences: { channel: CHANNELS.setPreferences, args: z.tuple([changes]), reply: shown },
} satisfies Pick<IpcContract, keyof typeof CHANNELS>;

type Eventually<Value> = Value | Promise<Value>;
export type IpcHandlersOf<Contract extends IpcContract> = {
  [Name in keyof Contract]: (...args: z.infer<Contract[Name]["args"]>) => Eventually<z.infer<Contract[Name]["reply"]>>;
};
