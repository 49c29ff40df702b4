/** What the popover's page may ask of the app. It learns facts and sends what was clicked; no key goes over it. */
import { z } from "zod";
import { popoverStateSchema } from "../popover/popover-state.ts";
import { CONSOLE_PAGES } from "../tray/types.ts";
import { POPOVER_CHANNELS as CHANNELS } from "./channels.ts";
import type { IpcContract, IpcHandlersOf } from "./contract.ts";

const action = z.discriminatedUnion("do", [
  z.strictObject({ do: z.literal("use"), provider: z.string().max(100).nullable() }),
  z.strictObject({ do: z.literal("pause") }),
  z.strictObject({ do: z.literal("resume") }),
  z.strictObject({ do: z.literal("open"), page: z.enum(CONSOLE_PAGES) }),
  z.strictObject({ do: z.literal("showUpdate") }),
  z.strictObject({ do: z.literal("quit") }),
]);
export type PopoverAction = z.infer<typeof action>;

const nothing = z.void();

export const POPOVER_IPC = {
  get: { channel: CHANNELS.get, args: z.tuple([]), reply: popoverStateSchema },
  act: {
    channel: CHANNELS.act,
    args: z.tuple([action]),
    /** What the gateway said against it; null when it is done. */
    reply: z.object({ problem: z.string().nullable() }),
  },
  fit: {
    channel: CHANNELS.fit,
    args: z.tuple([z.number().int().min(1).max(10_000)]),
    reply: nothing,
  },
  hide: { channel: CHANNELS.hide, args: z.tuple([]), reply: nothing },
} satisfies IpcContract;
export type PopoverHandlers = IpcHandlersOf<typeof POPOVER_IPC>;
