// The pages that keep people, their keys, what was done, and the settings.
import { expect, type Page, test } from "@playwright/test";
import { expectAccessibleInBoth } from "../support/accessibility.ts";
import { undo } from "../support/toasts.ts";
import { type ConsoleWorld, skipWelcome, startConsoleWorld } from "./console-world.ts";

let world: ConsoleWorld;
test.beforeAll(async () => {
  world = await startConsoleWorld({ providers: false });
});
test.afterAll(() => world.close());

async function open(page: Page, path: string): Promise<void> {
  await skipWelcome(page);
  await page.goto(`${world.consoleUrl}#code=${await world.signInCode()}`);
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  await page.goto(`${world.consoleUrl}#${path}`);
}

const ask = (token: string): Promise<number> =>
  fetch(`${world.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: '{"model":"loopback","messages":[{"role":"user","content":"Hello"}]}',
  }).then(({ status }) => status);

test("a key is made, shown once, rotated and revoked", async ({ page }) => {
  await open(page, "/keys");
  await page.getByRole("button", { name: "Create a key" }).click();
  const sheet = page.getByRole("dialog");
  await sheet.getByRole("textbox", { name: "Name" }).fill("laptop");
  await sheet.getByText("Restrict what it may do").click();
  await sheet.getByRole("combobox", { name: "Models" }).fill("loopback");
  await page.keyboard.press("Enter");
  await sheet.getByRole("textbox", { name: "Requests a minute" }).fill("60");
  await sheet.getByRole("button", { name: "Create a key" }).click();
  const first = (await sheet.getByRole("region", { name: "Client key" }).innerText()).trim();
  await expect(sheet.getByRole("region", { name: "Claude Code" })).toContainText(first);
  expect(await ask(first)).toBe(200);
  await sheet.getByRole("button", { name: "I have copied it" }).click();

  const row = page.getByRole("row", { name: /laptop/ });
  await expect(row).toContainText("model:loopback");
  await expect(row).toContainText("60 requests/min");
  await expect.poll(() => page.content()).not.toContain(first);

  await row.getByRole("button", { name: "laptop" }).click();
  await sheet.getByText("Give it a new token").click();
  await sheet.getByRole("button", { name: "Make the new token" }).click();
  const second = (await sheet.getByRole("region", { name: "Client key" }).innerText()).trim();
  expect(second).not.toBe(first);
  expect(await Promise.all([ask(first), ask(second)])).toEqual([200, 200]);

  await sheet.getByRole("button", { name: "Revoke" }).click();
  await expect(sheet.getByRole("button", { name: "Keep it" })).toBeFocused();
  await sheet.getByRole("alertdialog").getByRole("button", { name: "Revoke" }).click();
  await expect(sheet.getByText("Revoked at")).toBeVisible();
  expect(await Promise.all([ask(first), ask(second)])).toEqual([401, 401]);
});

test("keys are found by state and words, and the address keeps that", async ({ page }) => {
  await open(page, "/keys");
  await page.getByRole("textbox", { name: "Name or first letters" }).fill("no such key");
  await expect(page.getByText("No key fits.")).toBeVisible();
  await expect(page).toHaveURL(/words=no\+such\+key/);
  await page.reload();
  await expect(page.getByText("No key fits.")).toBeVisible();
});

test("users come from a file, which is looked through first", async ({ page }) => {
  await open(page, "/people");
  await page.getByRole("button", { name: "Import CSV" }).click();
  const sheet = page.getByRole("dialog");
  await sheet
    .locator("input[type=file]")
    .or(page.locator("input[type=file]"))
    .first()
    .setInputFiles({
      name: "users.csv",
      mimeType: "text/csv",
      buffer: Buffer.from("email,role\nada@example.com,\nnonsense,\nbob@example.com,king\n"),
    });
  await expect(sheet.getByText("3 lines: 0 would be added, 0 passed over, 2 wrong.")).toBeVisible();
  const wrong = sheet.getByRole("region", { name: "Lines that are wrong" }).first();
  await expect(wrong.getByRole("row", { name: /^3 nonsense/ })).toBeVisible();
  await expect(wrong.getByRole("row", { name: /^4 bob@example.com/ })).toBeVisible();
  await sheet.getByRole("switch", { name: "Take the good lines although others are wrong" }).click();
  await sheet.getByRole("button", { name: "Add 1 user" }).click();
  await expect(sheet.getByText("1 user was added.")).toBeVisible();
  await sheet.getByRole("button", { name: "Close" }).last().click();

  const row = page.getByRole("row", { name: /ada@example.com/ });
  await row.getByRole("button", { name: "Suspend ada@example.com" }).click();
  await expect(row).toContainText("Suspended");
  await undo(page, "ada@example.com");
  await expect(row).toContainText("Active");
});

test("a team has members, who are taken out and come back", async ({ page }) => {
  await open(page, "/people?view=teams");
  await page.getByRole("button", { name: "Make a team" }).click();
  const sheet = page.getByRole("dialog");
  await sheet.getByRole("textbox", { name: "Name" }).fill("Data");
  await sheet.getByRole("button", { name: "Make a team" }).click();
  await page.getByRole("button", { name: "Data", exact: true }).click();
  await sheet.getByRole("combobox", { name: "Whom to add" }).click();
  await page.getByRole("option", { name: "admin@local" }).click();
  await sheet.getByRole("button", { name: "Add", exact: true }).click();
  await sheet.getByRole("button", { name: "Take out admin@local" }).click();
  await expect(sheet.getByText("Nobody yet.")).toBeVisible();
  await undo(page, "admin@local");
  await expect(sheet.getByRole("button", { name: "Take out admin@local" })).toBeVisible();
});

test("the log of acts tells what was changed, and that nobody changed the log", async ({ page }) => {
  await open(page, "/keys");
  await world.askLocally("POST", "/api/v1/admin/users/1/api-keys", JSON.stringify({ name: "workshop" }));
  await page.goto(`${world.consoleUrl}#/audit?action=api_key.*`);
  const made = page.getByRole("button", { name: "api_key.create" });
  await expect(made.first()).toBeVisible();
  await expect(page.getByRole("button", { name: "session.create" })).toHaveCount(0);
  await made.first().click();
  await expect(page.getByRole("dialog").getByRole("row", { name: /^name/ })).toContainText("workshop");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Check the log" }).click();
  await expect(page.getByText(/acts are as they were written/)).toBeVisible();
  await page.keyboard.press("Escape");
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "CSV" }).click();
  expect((await download).suggestedFilename()).toContain("csv");
});

test("settings tell what is in force, and end other sessions", async ({ page, browser }) => {
  const other = await browser.newPage();
  await open(other, "/settings");
  await open(page, "/settings?part=sessions");
  await page.getByRole("button", { name: "End all others" }).click();
  await expect(page.getByRole("button", { name: "End", exact: true })).toHaveCount(0);
  await other.close();
  await page.goto(`${world.consoleUrl}#/settings?part=gateway`);
  await page.getByRole("textbox", { name: "Name, value or source" }).fill("log_bodies");
  await expect(page.getByRole("row", { name: /^log_bodies\b.*\bfull\b/s })).toBeVisible();
  await page.goto(`${world.consoleUrl}#/settings?part=privacy`);
  await expect(page.getByText("What was asked and answered, without secrets")).toBeVisible();
  await page.goto(`${world.consoleUrl}#/settings?part=about`);
  await expect(page.getByRole("region", { name: "For a question about this gateway" }).last()).toContainText("version");
});

test("is accessible in light and dark", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(page, "/keys");
  const parts = ["general", "sessions", "gateway", "privacy", "updates", "about"].map(
    (part) => `/settings?part=${part}`,
  );
  const views = ["users", "teams", "projects"].map((view) => `/people?view=${view}`);
  for (const path of ["/keys", "/keys?key=1", ...views, "/people?view=users&user=1", "/audit", ...parts]) {
    await page.goto(`${world.consoleUrl}#${path}`);
    // Else what is judged may still be the page before.
    await page.reload();
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expectAccessibleInBoth(page);
  }
});
