// A new version of the compiled app, from a real server of updates: found, fetched and put into place from the console.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { startUpdateServer, type UpdateServer } from "../main/updates/update-server.ts";
import { expectAccessible } from "../support/accessibility.ts";
import { type DesktopApp, startDesktopApp } from "./desktop-app.ts";

test.skip(process.platform !== "linux", "an AppImage is a thing of Linux");

const body = Buffer.from("#!/bin/sh\nexit 0\n");
const LATEST = process.arch === "x64" ? "latest-linux.yml" : `latest-linux-${process.arch}.yml`;

let folder: string;
let server: UpdateServer;
let app: DesktopApp;

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tokligence-packaged-"));
  server = await startUpdateServer();
  server.releases.set(LATEST, { version: "9.9.9", body, notes: "<p>Everything is <b>better</b>.</p>" });
  const feed = { provider: "generic", url: server.url, updaterCacheDirName: "tokligence-gateway-updater" };
  writeFileSync(join(folder, "app-update.yml"), JSON.stringify(feed));
  writeFileSync(join(folder, "app.AppImage"), "the old app");
  app = await startDesktopApp({
    env: { DESKTOP_RESOURCES: folder, XDG_CACHE_HOME: folder, APPIMAGE: join(folder, "app.AppImage") },
  });
});
test.afterAll(async () => {
  await app.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("is found, fetched and put into place when the person says so", async ({ page }) => {
  const [window] = (await app.state()).windows;
  await app.usePreload(page, 0);
  await page.goto(window?.url ?? "");
  // The way in has a heading, too: who goes elsewhere from there has not been signed in.
  await expect(page.getByRole("heading", { level: 1, name: "Four steps to the first request" })).toBeVisible();
  await page.goto(`${new URL("/console/", page.url()).href}#/settings?part=updates`);
  const part = page.getByRole("region", { name: "This app" });
  expect(server.asked).toEqual([]);

  await part.getByRole("button", { name: "Look now" }).click();
  await expect(part).toContainText("Version 9.9.9 is there.");
  await expect(part).toContainText("Everything is better.");
  await expect.poll(async () => (await app.state()).tray?.icon).toContain("tray-update");
  await expectAccessible(page);

  await part.getByRole("button", { name: "Skip this version" }).click();
  await expect(part).toContainText("you skip it");
  await expect.poll(async () => (await app.state()).tray?.icon).toContain("tray-running");
  await part.getByRole("button", { name: "Do not skip it" }).click();

  expect(server.asked.every(({ path }) => path.endsWith(".yml"))).toBe(true);
  await part.getByRole("button", { name: "Fetch it" }).click();
  await expect(part).toContainText("Version 9.9.9 is ready.");
  expect(readFileSync(join(folder, "app.AppImage"), "utf8")).toBe("the old app");

  await app.ask("clickTray", "update");
  expect(await app.ended()).toEqual([0, ""]);
  expect(readFileSync(join(folder, "app.AppImage"), "utf8")).toBe(body.toString());
});
