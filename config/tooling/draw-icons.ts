/**
 * Draws the PNG files of assets/ from its SVG files, after one of those was changed:
 *
 *     node_modules/.bin/node config/tooling/draw-icons.ts
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium, type Page } from "playwright";
import { browserLaunch } from "./browser-launch.ts";

const asset = (name: string): string => fileURLToPath(new URL(`../../assets/${name}`, import.meta.url));

/** macOS colours a tray icon of the first name itself; the others are for light and dark taskbars elsewhere. */
const TRAY_INKS = { trayTemplate: "#000", "tray-light": "#1b1c20", "tray-dark": "#fff" };

const browser = await chromium.launch(browserLaunch());
try {
  const page = await browser.newPage();
  await draw(page, readFileSync(asset("icon.svg"), "utf8"), 1024, "icon.png");
  const tray = readFileSync(asset("tray.svg"), "utf8");
  for (const [name, ink] of Object.entries(TRAY_INKS)) {
    const inked = tray.replace('stroke="#000"', `stroke="${ink}"`).replaceAll("<circle ", `<circle fill="${ink}" `);
    await draw(page, inked, 16, `${name}.png`);
    await draw(page, inked, 32, `${name}@2x.png`);
  }
} finally {
  await browser.close();
}

async function draw(page: Page, svg: string, size: number, name: string): Promise<void> {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(`<style>body{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`);
  await page.screenshot({ path: asset(name), omitBackground: true });
}
