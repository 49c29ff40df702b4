// Loaded into the real Electron before the app: keeps what the app hands to the tray and to notifications, which no test can click.
const { Menu, Tray, Notification } = require("electron");

const seen = { menu: null, icon: null, notes: [] };
globalThis.desktopSeen = seen;

// On macOS the tray is handed its menu only when somebody asks for it.
const { buildFromTemplate } = Menu;
Menu.buildFromTemplate = (template) => {
  const menu = buildFromTemplate.call(Menu, template);
  if (menu.getMenuItemById("state") !== null) seen.menu = menu;
  return menu;
};
const { setImage } = Tray.prototype;
Tray.prototype.setImage = function keepIcon(icon) {
  seen.icon = icon;
  return setImage.call(this, icon);
};
const { show } = Notification.prototype;
Notification.prototype.show = function keepNote() {
  seen.notes.push(this.title);
  return show.call(this);
};
