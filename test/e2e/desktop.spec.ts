// The desktop app as it is compiled, with its console and preload script in a real Chromium.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { expectAccessible } from "../support/accessibility.ts";
import { type DesktopApp, startDesktopApp } from "./desktop-app.ts";

let app: DesktopApp;
test.beforeAll(async () => {
  app = await startDesktopApp();
});
test.afterAll(() => app.close());

test("boots, signs its window in, offers the console what is declared, and drains when it quits", async ({ page }) => {
  const { windows } = await app.state();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  await app.usePreload(page, 0);
  await page.goto(windows[0]?.url ?? "");
  // The way in has a heading, too: who goes elsewhere from there has not been signed in.
  await expect(page.getByRole("heading", { level: 1, name: "Four steps to the first request" })).toBeVisible();
  expect(page.url()).not.toContain("code=");
  const preferences = await page.evaluate(() =>
    (window as unknown as { desktop: { getPreferences(): Promise<object> } }).desktop.getPreferences(),
  );
  expect(preferences).toMatchObject({ trayTitle: "none", openAtLogin: false });
  await page.goto(new URL("#/settings", page.url()).href);
  const own = page.getByRole("region", { name: "This app" });
  await own.getByRole("switch", { name: "Open at login" }).click();
  await own.getByText("Tokens today").click();
  await own.getByRole("textbox", { name: "Shortcut" }).fill("CommandOrControl+Shift+G");
  await own.getByRole("button", { name: "Keep" }).click();
  await expect
    .poll(() => readFileSync(join(app.home, "desktop.json"), "utf8"))
    .toContain('"shortcut": "CommandOrControl+Shift+G"');
  expect(JSON.parse(readFileSync(join(app.home, "desktop.json"), "utf8"))).toMatchObject({
    openAtLogin: true,
    trayTitle: "tokens",
  });
  await expectAccessible(page);
  expect(complaints).toEqual([]);

  await expect.poll(() => app.ask("has", "pause")).toBe(true);
  await app.ask("clickTray", "pause");
  await expect.poll(async () => (await app.state()).tray?.icon).toContain("assets/tray-paused-light.png");
  await app.ask("clickTray", "resume");
  await expect.poll(async () => (await app.state()).tray?.icon).toContain("assets/tray-running-light.png");

  await app.ask("secondInstance", ["app"]);
  expect((await app.state()).windows).toHaveLength(1);
  const livez = new URL("/livez", windows[0]?.url);
  expect((await fetch(livez)).status).toBe(200);
  await app.ask("quit");
  expect(await app.ended()).toEqual([0, ""]);
  await expect(fetch(livez)).rejects.toThrow("fetch failed");
});
