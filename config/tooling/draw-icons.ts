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

/** Names are `tray-<state>` and one of these. macOS colours a template itself; the others are for light and dark taskbars. */
const TRAY_INKS = { Template: "#000", "-light": "#1b1c20", "-dark": "#fff" };

/** What marks each state of the tray: shapes, because colours are not for everybody, and a template has none. */
const TRAY_MARKS: Readonly<Record<string, { isFaint?: true; mark: string }>> = {
  running: { mark: "" },
  active: { mark: '<circle cx="3.2" cy="13.4" r="1.7"/>' },
  paused: { isFaint: true, mark: '<path d="M2.2 11.6v3.6M5 11.6v3.6" stroke-width="1.5"/>' },
  failover: { mark: '<path d="M1.2 14.6a2.3 2.3 0 1 1 4.4 0" stroke-width="1.4"/>' },
  warning: { mark: '<path d="M3.3 11.9 5.4 15H1.2z" stroke-width="1.2"/>' },
  stopped: { isFaint: true, mark: '<path d="M3.2 10.6v2.4" stroke-width="1.7"/><circle cx="3.2" cy="15" r=".9"/>' },
  update: { mark: '<path d="M3.3 15.3v-3.6M1.6 13.2l1.7-1.7L5 13.2" stroke-width="1.3"/>' },
  error: { isFaint: true, mark: '<path d="M2 14 14 2" stroke-width="1.6"/>' },
};

const browser = await chromium.launch(browserLaunch());
try {
  const page = await browser.newPage();
  await draw(page, readFileSync(asset("icon.svg"), "utf8"), 1024, "icon.png");
  const tray = readFileSync(asset("tray.svg"), "utf8");
  for (const [state, { isFaint, mark }] of Object.entries(TRAY_MARKS)) {
    for (const [suffix, ink] of Object.entries(TRAY_INKS)) {
      const marked = tray
        .replace(/(<svg[^>]*>)([^]*)(<\/svg>)/, `$1<g opacity="${isFaint ? 0.5 : 1}">$2</g>${markOf(mark)}$3`)
        .replaceAll('stroke="#000"', `stroke="${ink}"`)
        .replaceAll("<circle ", `<circle fill="${ink}" `);
      await draw(page, marked, 16, `tray-${state}${suffix}.png`);
      await draw(page, marked, 32, `tray-${state}${suffix}@2x.png`);
    }
  }
} finally {
  await browser.close();
}

function markOf(mark: string): string {
  return `<g><g fill="none" stroke="#000" stroke-linecap="round" stroke-linejoin="round">${mark}</g></g>`;
}

async function draw(page: Page, svg: string, size: number, name: string): Promise<void> {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(`<style>body{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`);
  await page.screenshot({ path: asset(name), omitBackground: true });
}
