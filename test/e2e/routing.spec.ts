// The pages Routing and Config history, against a gateway as it is shipped.
import { expect, type Page, test } from "@playwright/test";
import { expectAccessibleInBoth } from "../support/accessibility.ts";
import { undo } from "../support/toasts.ts";
import { type ConsoleWorld, startConsoleWorld } from "./console-world.ts";

let world: ConsoleWorld;
// One for each, since each changes its routes.
test.beforeEach(async () => {
  world = await startConsoleWorld();
});
test.afterEach(() => world.close());

async function open(page: Page, path: string): Promise<void> {
  await page.goto(`${world.consoleUrl}#code=${await world.signInCode()}`);
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  await page.goto(`${world.consoleUrl}#${path}`);
}
/** A change that somebody made before, by the admin API. */
async function takeNewerModels(): Promise<void> {
  const operations = [{ op: "set", path: ["routes", 3, "match"], value: "qwen3*" }];
  const body = JSON.stringify({ operations, message: "newer models only" });
  expect((await world.askLocally("POST", "/api/v1/config/edits", body)).status).toBe(200);
}
interface Value {
  routes: { match: string; targets: unknown[]; strategy?: string }[];
  aliases?: Record<string, string>;
}
async function documentOf(page: Page): Promise<{ value: Value; text: string; revision: { id: number } }> {
  const reply = await page.request.get(`${world.url}/api/v1/config/document`);
  return (await reply.json()) as never;
}
const matches = async (page: Page): Promise<string[]> =>
  (await documentOf(page)).value.routes.map(({ match }) => match);

test("moves, changes and removes routes, and explains where a model goes", async ({ page }) => {
  await open(page, "/routing");
  await page.getByRole("button", { name: "Move gpt-5-mini up" }).press("Enter");
  await expect.poll(() => matches(page)).toEqual(["gpt-5-mini", "gpt-5", "gpt-5-nano", "qwen*"]);
  await undo(page, "The route gpt-5-mini was moved.");
  await expect.poll(() => matches(page)).toEqual(["gpt-5", "gpt-5-mini", "gpt-5-nano", "qwen*"]);

  await page.getByRole("button", { name: "Edit gpt-5", exact: true }).click();
  const sheet = page.getByRole("dialog");
  await sheet.getByRole("button", { name: "Move target 1 down" }).press("Enter");
  await sheet.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("The route gpt-5 was changed.")).toBeVisible();
  expect((await documentOf(page)).value.routes[0]?.targets).toEqual([
    { provider: "openai", model: "gpt-5-mini" },
    { provider: "openai-busy" },
  ]);

  const explain = page.getByRole("region", { name: "Where would it go?" });
  await explain.getByRole("textbox", { name: "Model" }).fill("gpt-5");
  await explain.getByRole("button", { name: "Explain" }).click();
  await expect(explain.getByRole("listitem").first()).toContainText("gpt-5-mini");

  await page.getByRole("button", { name: "Remove gpt-5-nano" }).click();
  await expect.poll(() => matches(page)).toEqual(["gpt-5", "gpt-5-mini", "qwen*"]);

  const aliases = page.getByRole("region", { name: "Aliases" });
  await aliases.getByRole("textbox", { name: "Alias" }).fill("fast");
  await aliases.getByRole("textbox", { name: "Stands for" }).fill("gpt-5-mini");
  await aliases.getByRole("button", { name: "Add", exact: true }).click();
  await expect.poll(async () => (await documentOf(page)).value.aliases).toEqual({ fast: "gpt-5-mini" });
});

test("checks the document as one types, and says who was faster", async ({ page }) => {
  await open(page, "/routing?view=yaml");
  const field = page.getByRole("textbox", { name: "Configuration as YAML" });
  const before = await documentOf(page);
  await field.fill(before.text.replace("openai-busy", "openai-bsy"));
  const problems = page.getByRole("list", { name: "What is wrong" });
  await expect(problems.getByRole("listitem").first()).toBeVisible();
  await expect(page.getByRole("button", { name: "Save" })).toBeDisabled();
  await problems
    .getByRole("button", { name: /^Line \d+/ })
    .first()
    .click();
  await expect(field).toBeFocused();

  await field.fill(before.text.replace("qwen*", "qwen3*"));
  await expect(page.getByText(/Would change: routes/)).toBeVisible();
  const faster = await page.request.post(`${world.url}/api/v1/config/edits`, {
    headers: { origin: world.url },
    data: { operations: [{ op: "set", path: ["aliases", "other"], value: "gpt-5" }] },
  });
  expect(faster.status()).toBe(200);
  await page.getByRole("textbox", { name: /What for/ }).fill("newer models only");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText(/by admin@local, and this change was made from/)).toBeVisible();
  await page.getByRole("button", { name: "Read it again, without my changes" }).click();
  await expect(field).toHaveValue(/other/);

  await field.fill((await documentOf(page)).text.replace("qwen*", "qwen3*"));
  await page.getByRole("textbox", { name: /What for/ }).fill("newer models only");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("The configuration is in force.")).toBeVisible();
  expect(await matches(page)).toContain("qwen3*");
});

test("shows what changed when, and goes back", async ({ page }) => {
  await takeNewerModels();
  await open(page, "/config-history");
  const rows = page.getByRole("region", { name: /Versions of the configuration/ }).getByRole("listitem");
  await expect(rows.first()).toContainText("newer models only");
  await expect(rows.first()).toContainText("in force");
  await rows
    .first()
    .getByRole("button", { name: /What changed/ })
    .click();
  await expect(page.getByRole("insertion").filter({ hasText: "qwen3*" })).toBeVisible();
  await expect(page.getByRole("deletion").filter({ hasText: "qwen*" })).toBeVisible();

  await rows
    .nth(1)
    .getByRole("button", { name: /Go back to it/ })
    .click();
  const sheet = page.getByRole("dialog");
  await expect(sheet.getByRole("insertion").filter({ hasText: "qwen*" })).toBeVisible();
  await sheet.getByRole("button", { name: "Go back to it" }).click();
  await expect(rows.first()).toContainText("back to #");
  expect(await matches(page)).toContain("qwen*");
});

test("is accessible in light and dark", async ({ page }) => {
  await takeNewerModels();
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(page, "/routing");
  await expect(page.getByRole("button", { name: "Edit gpt-5", exact: true })).toBeVisible();
  await expectAccessibleInBoth(page);
  await page.getByRole("button", { name: "Edit gpt-5", exact: true }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await expectAccessibleInBoth(page);
  await page.goto(`${world.consoleUrl}#/routing?view=yaml`);
  await page.reload();
  await expect(page.getByRole("textbox", { name: "Configuration as YAML" })).toBeVisible();
  await expectAccessibleInBoth(page);
  await page.goto(`${world.consoleUrl}#/config-history`);
  await page
    .getByRole("button", { name: /What changed/ })
    .first()
    .click();
  await expect(page.getByRole("region", { name: /From version/ })).toBeVisible();
  await expectAccessibleInBoth(page);
});
