/** Menus as Electron makes them of a template, without anybody to draw them. */
import { EventEmitter } from "node:events";
import type { Menu, MenuItemConstructorOptions } from "electron";

export interface StandInItem {
  id: string;
  label: string;
  type: string;
  enabled: boolean;
  checked: boolean;
  submenu: StandInMenu | undefined;
  /** As a person does: what can be ticked is ticked first. */
  choose(): void;
}

export type StandInMenu = Menu & { items: StandInItem[] };

export function standInMenu(template: MenuItemConstructorOptions[]): StandInMenu {
  const items: StandInItem[] = template.map(
    ({ id = "", label = "", type = "normal", enabled = true, checked = false, submenu, click }) => {
      let isChecked = checked;
      const item: StandInItem = {
        id,
        label,
        type,
        enabled,
        get checked() {
          return isChecked;
        },
        set checked(value) {
          if (value && type === "radio")
            for (const other of items) if (other.type === "radio" && other !== item) other.checked = false;
          isChecked = value;
        },
        submenu: Array.isArray(submenu) ? standInMenu(submenu) : undefined,
        choose() {
          if (!item.enabled || type === "separator") throw new Error(`${id} cannot be chosen`);
          if (type === "radio") item.checked = true;
          if (type === "checkbox") item.checked = !isChecked;
          (click as (() => void) | undefined)?.();
        },
      };
      return item;
    },
  );
  return Object.assign(new EventEmitter(), { items }) as unknown as StandInMenu;
}

/** @throws Error when there is none. */
export function findItem(menu: StandInMenu | null | undefined, id: string): StandInItem {
  const search = (items: readonly StandInItem[]): StandInItem | undefined => {
    for (const item of items) {
      const found = item.id === id ? item : item.submenu && search(item.submenu.items);
      if (found) return found;
    }
    return undefined;
  };
  const found = menu ? search(menu.items) : undefined;
  if (found === undefined) throw new Error(`The menu has no item "${id}".`);
  return found;
}
