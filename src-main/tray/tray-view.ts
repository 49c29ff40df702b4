import { join } from "node:path";
import type { Menu, MenuItemConstructorOptions } from "electron";
import type { ElectronParts, TrayPart } from "../electron-parts.ts";
import type { Area } from "../window/place-popover.ts";
import type { TrayAction, TrayItem, TrayModel, TrayState } from "./types.ts";

export interface TrayView {
  /** Draws what differs from what is drawn. */
  show(model: TrayModel): void;
  destroy(): void;
}

/** @throws what Electron throws where there is no place for a tray. */
export function createTrayView(options: {
  electron: Pick<ElectronParts, "Tray" | "Menu" | "nativeTheme">;
  platform: NodeJS.Platform;
  /** With the icons in it. */
  assetsDir: string;
  onAction: (action: TrayAction) => void;
  /** The icon itself was clicked, and is there. @returns false where the menu is to be shown instead. */
  onClick: (icon: Area) => boolean;
  /** The pointer comes near: a click may follow. */
  onApproach: () => void;
}): TrayView {
  const { electron, platform, assetsDir, onAction } = options;
  const iconOf = (state: TrayState): string => {
    const ink = platform === "darwin" ? "Template" : electron.nativeTheme.shouldUseDarkColors ? "-dark" : "-light";
    return join(assetsDir, `tray-${state}${ink}.png`);
  };
  const tray: TrayPart = new electron.Tray(iconOf("running"));
  let drawn: { model: TrayModel; menu: Menu; icon: string } | null = null;
  let isMenuOpen = false;
  let waiting: TrayModel | null = null;

  const show = (model: TrayModel): void => {
    const icon = iconOf(model.icon);
    if (icon !== drawn?.icon) tray.setImage(icon);
    if (model.tooltip !== drawn?.model.tooltip) tray.setToolTip(model.tooltip);
    if (model.title !== drawn?.model.title) tray.setTitle(model.title);
    if (drawn && hasSameShape(drawn.model.menu, model.menu)) {
      const isChanged = updateItems(drawn.menu, model.menu);
      // Here the menu belongs to the desktop, which takes over changes only when it is handed over again.
      if (isChanged && platform === "linux") tray.setContextMenu(drawn.menu);
      drawn = { model, menu: drawn.menu, icon };
      return;
    }
    // Another menu would close the one that a person is reading.
    if (isMenuOpen && drawn) {
      waiting = model;
      drawn = { model: { ...model, menu: drawn.model.menu }, menu: drawn.menu, icon };
      return;
    }
    const menu = electron.Menu.buildFromTemplate(templateOf(model.menu, onAction));
    menu.on("menu-will-show", () => (isMenuOpen = true));
    menu.on("menu-will-close", () => {
      isMenuOpen = false;
      const next = waiting;
      waiting = null;
      if (next) show(next);
    });
    // With a menu of its own, macOS would show that on every click.
    if (platform !== "darwin") tray.setContextMenu(menu);
    drawn = { model, menu, icon };
  };
  const onTheme = (): void => {
    if (drawn) show(drawn.model);
  };
  electron.nativeTheme.on("updated", onTheme);
  // Linux knows no click.
  if (platform !== "linux") {
    const showMenu = (): void => {
      if (drawn) tray.popUpContextMenu(drawn.menu);
    };
    tray.on("click", (_event, icon) => {
      if (!options.onClick(icon)) showMenu();
    });
    tray.on("mouse-enter", options.onApproach);
    if (platform === "darwin") tray.on("right-click", showMenu);
    // A second click soon after the first is a click, too.
    tray.setIgnoreDoubleClickEvents(true);
  }
  return { show, destroy: () => tray.destroy() };
}

function templateOf(items: readonly TrayItem[], onAction: (action: TrayAction) => void): MenuItemConstructorOptions[] {
  return items.map((item): MenuItemConstructorOptions => {
    const { id } = item;
    switch (item.kind) {
      case "separator":
        return { id, type: "separator" };
      case "words":
        return { id, label: item.label, enabled: false };
      case "submenu":
        return { id, label: item.label, submenu: templateOf(item.items, onAction) };
      case "action":
        return { id, label: item.label, click: () => onAction(item.action) };
      case "choice":
        return { id, label: item.label, type: "radio", checked: item.isChosen, click: () => onAction(item.action) };
      case "switch":
        return { id, label: item.label, type: "checkbox", checked: item.isOn, click: () => onAction(item.action) };
    }
  });
}

/** Only labels and ticks differ; what a click does is part of the shape. */
function hasSameShape(one: readonly TrayItem[], other: readonly TrayItem[]): boolean {
  return shapeOf(one) === shapeOf(other);
}

const shapeOf = (items: readonly TrayItem[]): string =>
  JSON.stringify(items, (key, value: unknown) => (key === "label" || key === "isChosen" ? undefined : value));

/** @returns whether anything differed. */
function updateItems(menu: Menu, items: readonly TrayItem[]): boolean {
  let isChanged = false;
  for (const [at, item] of items.entries()) {
    const drawn = menu.items[at];
    if (drawn === undefined || item.kind === "separator") continue;
    if (drawn.label !== item.label) {
      drawn.label = item.label;
      isChanged = true;
    }
    // Ticking one of several takes the tick from the others.
    if (item.kind === "choice" && item.isChosen && !drawn.checked) {
      drawn.checked = true;
      isChanged = true;
    }
    if (item.kind === "submenu" && drawn.submenu && updateItems(drawn.submenu, item.items)) isChanged = true;
  }
  return isChanged;
}
