// Loaded into the real Electron before the app: keeps what the app hands to the tray and to notifications, which no test can click.
const { Tray, Notification } = require("electron");

const seen = { menu: null, icon: null, notes: [] };
globalThis.desktopSeen = seen;

const { setContextMenu, setImage } = Tray.prototype;
Tray.prototype.setContextMenu = function keepMenu(menu) {
  seen.menu = menu;
  return setContextMenu.call(this, menu);
};
Tray.prototype.setImage = function keepIcon(icon) {
  seen.icon = icon;
  return setImage.call(this, icon);
};
const { show } = Notification.prototype;
Notification.prototype.show = function keepNote() {
  seen.notes.push(this.title);
  return show.call(this);
};
