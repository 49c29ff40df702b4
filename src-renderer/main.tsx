/**
 * The console: one page for everybody who uses the gateway, in a browser and in the desktop's window alike; and the
 * popover beside the desktop's tray icon, which is as much of it as a glance needs.
 *
 * `api/` reaches the gateway, `features/` are the pages, `components/` what several of them show, `i18n/` all words.
 */
// oxlint-disable-next-line import/no-unassigned-import -- it must run before the first schema is made
import "./api/zod-without-eval.ts";

// Schemas are made as their modules are read, and a bundler may put those before this one: so they are read later.
void (location.hash === "#/popover" ? import("./start-popover.tsx") : import("./start-console.tsx"));
