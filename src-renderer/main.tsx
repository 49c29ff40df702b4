/**
 * The console: one page for everybody who uses the gateway, in a browser and in the desktop's window alike; and the
 * popover beside the desktop's tray icon, which is as much of it as a glance needs.
 *
 * `api/` reaches the gateway, `features/` are the pages, `components/` what several of them show, `i18n/` all words.
 */
void (location.hash === "#/popover" ? import("./start-popover.tsx") : import("./start-console.tsx"));
