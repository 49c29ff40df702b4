import type { MenuItemConstructorOptions } from "electron";
import type { ConsolePage } from "../tray/types.ts";

/** The menu bar. macOS needs one for copying and pasting to work at all; elsewhere it is hidden until Alt is pressed. */
export function appMenu(
  platform: NodeJS.Platform,
  open: (page: ConsolePage) => void,
  help: () => void,
): MenuItemConstructorOptions[] {
  const item = (label: string, page: ConsolePage, accelerator?: string): MenuItemConstructorOptions => ({
    id: page,
    label,
    ...(accelerator === undefined ? {} : { accelerator }),
    click: () => open(page),
  });
  const settings = item("Settings…", "settings", "CommandOrControl+,");
  const separator: MenuItemConstructorOptions = { type: "separator" };
  const first: MenuItemConstructorOptions =
    platform === "darwin"
      ? {
          label: "Tokligence Gateway",
          submenu: [
            { role: "about" },
            separator,
            settings,
            separator,
            { role: "hide" },
            { role: "hideOthers" },
            separator,
            { role: "quit" },
          ],
        }
      : { label: "File", submenu: [settings, separator, { role: "quit" }] };
  return [
    first,
    { role: "editMenu" },
    {
      label: "View",
      submenu: [
        item("Dashboard", "overview", "CommandOrControl+O"),
        item("Requests", "requests"),
        item("Providers", "providers"),
        item("Agents", "agents"),
        separator,
        { role: "resetZoom" },
        { role: "zoomIn" },
        { role: "zoomOut" },
        { role: "togglefullscreen" },
      ],
    },
    { role: "windowMenu" },
    { label: "Help", submenu: [{ id: "help", label: "Documentation", click: help }] },
  ];
}
