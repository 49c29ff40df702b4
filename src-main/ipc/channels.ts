/** Names of what the console may ask of the app; the preload script loads this file and nothing else of it. */
export const CHANNELS = { getPreferences: "preferences:get", setPreferences: "preferences:set" } as const;
