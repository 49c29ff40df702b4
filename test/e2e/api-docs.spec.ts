import { expect, test } from "@playwright/test";
import { type ConsoleWorld, startConsoleWorld } from "./console-world.ts";

let world: ConsoleWorld;
test.beforeAll(async () => {
  world = await startConsoleWorld({ providers: false });
});
test.afterAll(() => world.close());

test("the page of the API brings all that it needs, and a request can be tried on it", async ({ page }) => {
  const elsewhere: string[] = [];
  const complaints: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(world.url) && !request.url().startsWith("data:")) elsewhere.push(request.url());
  });
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  await page.goto(`${world.url}/api/docs/`);
  await expect(page.getByRole("heading", { name: /Tokligence Gateway/ })).toBeVisible();
  await page.getByRole("button", { name: "Authorize" }).click();
  await page
    .getByLabel(/bearer/i)
    .first()
    .fill(world.clientKey);
  await page.getByRole("button", { name: "Apply credentials" }).first().click();
  await page.getByRole("button", { name: "Close" }).first().click();

  await page.locator("#operations-tag-audit").click();
  await page.getByText("What administrators did, the newest first").click();
  const operation = page.locator("#operations-audit-listActs");
  await operation.getByRole("button", { name: "Try it out" }).click();
  await operation.getByRole("button", { name: "Execute" }).click();
  await expect(operation.locator(".live-responses-table .response-col_status").last()).toContainText("200");
  await expect(operation.locator(".live-responses-table")).toContainText('"items"');
  expect(elsewhere).toEqual([]);
  expect(complaints).toEqual([]);
});
