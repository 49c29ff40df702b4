import { POPOVER_CHANNELS } from "../ipc/channels.ts";
import type { PopoverAction, PopoverHandlers } from "../ipc/popover-contract.ts";
import type { Sender } from "../ipc/sender.ts";
import type { Area } from "../window/place-popover.ts";
import { createPopoverKeeper, type PopoverKeeperOptions } from "../window/popover-keeper.ts";
import type { PopoverState } from "./popover-state.ts";

export interface Popover {
  /** Makes it before it is wanted. */
  prepare: () => void;
  /** The icon was clicked. @returns false while there is nothing to show. */
  toggle: (icon: Area) => boolean;
  /** Something is other than it was. */
  changed: () => void;
  /** Whether somebody may look at it soon: then it has to know more than the tray. */
  isAlive: () => boolean;
  isOwn: (sender: Sender) => boolean;
  handlers: PopoverHandlers;
  release: () => void;
}

export function createPopover({
  state,
  act,
  refresh,
  ...options
}: PopoverKeeperOptions & {
  state: () => PopoverState;
  act: (action: PopoverAction) => Promise<void>;
  /** Asks the gateway in this process how it is; whatever comes of it is told by `changed`. */
  refresh: () => void;
}): Popover {
  const keeper = createPopoverKeeper(options);
  let told = "";
  const prepare = (): void => {
    const wasAlive = keeper.isAlive();
    keeper.prepare();
    if (!wasAlive && keeper.isAlive()) refresh();
  };
  return {
    prepare,
    toggle(icon) {
      prepare();
      return keeper.toggle(icon);
    },
    changed() {
      if (!keeper.isAlive()) return;
      const now = state();
      // A page that is hidden draws as well: it is not woken for what it knows.
      const text = JSON.stringify(now);
      if (text === told) return;
      told = text;
      keeper.send(POPOVER_CHANNELS.changed, now);
    },
    isAlive: () => keeper.isAlive(),
    isOwn: (sender) => keeper.isOwn(sender),
    release: () => keeper.release(),
    handlers: {
      get: state,
      fit: (height) => keeper.fit(height),
      hide: () => keeper.hide(),
      async act(action) {
        // What opens something else is done with the popover.
        if (action.do === "open" || action.do === "showUpdate") keeper.hide();
        try {
          await act(action);
          return { problem: null };
        } catch (error) {
          return { problem: error instanceof Error ? error.message : String(error) };
        }
      },
    },
  };
}
