/** Names of what the console may ask of the app; the preload script loads this file and nothing else of it. */
export const CHANNELS = { getPreferences: "preferences:get", setPreferences: "preferences:set" } as const;

/** The same for new versions of the app. */
export const UPDATE_CHANNEL_NAMES = { get: "updates:get", act: "updates:act", choose: "updates:choose" } as const;

/** The same for the popover, and the one on which the app tells it of changes. */
export const POPOVER_CHANNELS = {
  get: "popover:get",
  act: "popover:act",
  fit: "popover:fit",
  hide: "popover:hide",
  changed: "popover:changed",
} as const;
