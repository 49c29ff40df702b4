/** What the console's window may see and do about new versions of the app. */
import { z } from "zod";
import { UPDATE_ACTIONS, UPDATE_CHANNELS, updateStateSchema } from "../updates/types.ts";
import { UPDATE_CHANNEL_NAMES as CHANNELS } from "./channels.ts";
import type { IpcContract } from "./contract.ts";

const choices = z.strictObject({ channel: z.enum(UPDATE_CHANNELS), isAutomatic: z.boolean() }).partial();
export type UpdateChoiceChanges = z.infer<typeof choices>;

/** Each answers at once with how it is now; what takes time goes on, and is seen by asking again. */
export const UPDATES_IPC = {
  get: { channel: CHANNELS.get, args: z.tuple([]), reply: updateStateSchema },
  act: { channel: CHANNELS.act, args: z.tuple([z.enum(UPDATE_ACTIONS)]), reply: updateStateSchema },
  choose: { channel: CHANNELS.choose, args: z.tuple([choices]), reply: updateStateSchema },
} satisfies IpcContract;
