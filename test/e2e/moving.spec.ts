// Moving to another computer and the support bundle, in the browser, against a gateway as it is shipped.
import { readFileSync } from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import { expectAccessible } from "../support/accessibility.ts";
import { type ConsoleWorld, startConsoleWorld } from "./console-world.ts";

const PASSPHRASE = "correct horse battery";
let world: ConsoleWorld;
test.beforeAll(async () => {
  world = await startConsoleWorld({ settings: { TOKLIGENCE_SECRET_STORE: "file" } });
});
test.afterAll(() => world.close());

async function open(page: Page, part: string): Promise<void> {
  await page.goto(`${world.consoleUrl}#code=${await world.signInCode()}`);
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  await page.goto(`${world.consoleUrl}#/settings?part=${part}`);
}

test("writes a sealed file and says what taking it in would change", async ({ page }) => {
  await open(page, "transfer");
  const out = page.getByRole("form", { name: "Take this gateway along" });
  await out.getByLabel("Passphrase").fill("short");
  await expect(out.getByRole("button", { name: "Save the file" })).toBeDisabled();
  await out.getByLabel("Passphrase").fill(PASSPHRASE);
  await out.getByLabel("Once more").fill(PASSPHRASE);
  const saving = page.waitForEvent("download");
  await out.getByRole("button", { name: "Save the file" }).click();
  const path = await (await saving).path();
  expect(readFileSync(path, "latin1")).toMatch(/^tokligence-export 1\n/);

  const back = page.getByRole("form", { name: "Take a file in" });
  await back.locator("input[type=file]").setInputFiles(path);
  await back.getByLabel("Passphrase").fill("not the right one");
  await back.getByRole("button", { name: "See what would change" }).click();
  await expect(back.getByRole("alert")).toContainText("not the passphrase");
  await back.getByLabel("Passphrase").fill(PASSPHRASE);
  await back.getByRole("button", { name: "See what would change" }).click();
  await expect(back.getByRole("button", { name: "Take it in" })).toBeVisible();
  await expectAccessible(page);
  await back.getByRole("button", { name: "Take it in" }).click();
  await expect(page.getByText("The file was taken in.")).toBeVisible();
});

test("lists what is in a support bundle before it is saved", async ({ page }) => {
  await open(page, "about");
  await page.getByRole("button", { name: "See what is inside" }).click();
  await expect(page.getByRole("cell", { name: "Health and circuits" })).toBeVisible();
  await expectAccessible(page);
  const saving = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save the file" }).click();
  const bundle = JSON.parse(readFileSync(await (await saving).path(), "utf8")) as Record<string, unknown>;
  expect(Object.keys(bundle)).toContain("storage");
});
