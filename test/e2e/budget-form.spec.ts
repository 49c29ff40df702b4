// Budgets and rate limits, written in the console of a gateway as it is shipped.
import { expect, type Locator, type Page, test } from "@playwright/test";
import { expectAccessibleInBoth } from "../support/accessibility.ts";
import { undo } from "../support/toasts.ts";
import { type ConsoleWorld, startConsoleWorld } from "./console-world.ts";

const HOUSE = {
  id: "house",
  per: "global",
  limit: 100,
  unit: "requests",
  window: "day",
  time_zone: "Europe/Berlin",
  at: [{ percent: 80, do: "warn" }],
  schedule: [{ days: "sat-sun", limit: 40 }],
};

let world: ConsoleWorld;
test.beforeEach(async () => {
  world = await startConsoleWorld({ config: { budgets: [HOUSE] } });
});
test.afterEach(() => world.close());

async function open(page: Page): Promise<void> {
  await page.goto(`${world.consoleUrl}#code=${await world.signInCode()}`);
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  await page.goto(`${world.consoleUrl}#/budgets`);
  await expect(page.getByRole("article", { name: "house" })).toBeVisible();
}
const listed = async (name: "budgets" | "rate_limits"): Promise<unknown> => {
  const { text } = await world.askLocally("GET", "/api/v1/config/document");
  return (JSON.parse(text) as { value: Record<string, unknown> }).value[name];
};
async function pick(page: Page, field: Locator, choice: string): Promise<void> {
  await field.click();
  await page.getByRole("option", { name: choice, exact: true }).click();
}

test("a budget is added with the keyboard, counts at once, and goes by undo", async ({ page }) => {
  await open(page);
  await page.getByRole("button", { name: "Add a budget" }).press("Enter");
  const sheet = page.getByRole("dialog", { name: "Add a budget" });
  await expect(sheet.getByRole("textbox", { name: "Name" })).toBeFocused();
  await page.keyboard.type("house");
  await sheet.getByRole("spinbutton", { name: "Limit" }).fill("3");
  const problems = sheet.getByRole("list", { name: "What is wrong" });
  await expect(problems).toContainText("stands twice");
  await sheet.getByRole("textbox", { name: "Name" }).fill("agents");
  await expect(problems).toHaveCount(0);

  await pick(page, sheet.getByRole("combobox", { name: "For each" }), "Agent");
  await sheet.getByRole("textbox", { name: "Only for" }).fill("claude-code, codex");
  await pick(page, sheet.getByRole("combobox", { name: "Counted in" }), "requests");
  await pick(page, sheet.getByRole("combobox", { name: "Over" }), "a span that moves on");
  await sheet.getByRole("button", { name: "Add a step" }).click();
  await sheet.getByRole("spinbutton", { name: "Percent of step 1" }).fill("100");
  await pick(page, sheet.getByRole("combobox", { name: "What step 1 does" }), "take another model");
  await expect(problems).toContainText("the model that is asked for instead");
  await sheet.getByRole("textbox", { name: "Model of step 1" }).fill("gpt-5-mini");
  await sheet.getByText("As YAML").click();
  await expect(sheet.getByRole("region", { name: "As YAML" })).toContainText("only: [claude-code, codex]");
  await expect(problems).toHaveCount(0);
  await sheet.getByRole("spinbutton", { name: "Limit" }).press("Enter");
  await expect(page.getByText("The budget agents was added.")).toBeVisible();
  await expect(sheet).toHaveCount(0);
  expect(await listed("budgets")).toEqual([
    HOUSE,
    {
      id: "agents",
      per: "agent",
      only: ["claude-code", "codex"],
      unit: "requests",
      limit: 3,
      window: "5h",
      at: [{ percent: 100, do: "downgrade", to: "gpt-5-mini" }],
    },
  ]);
  await world.chat("loopback");
  await page.reload();
  await expect(page.getByRole("article", { name: "agents" }).getByRole("meter", { name: /claude-code/ })).toBeVisible();

  await page.getByRole("button", { name: "Remove agents" }).press("Enter");
  await expect(page.getByRole("article", { name: "agents" })).toHaveCount(0);
  await expect.poll(() => listed("budgets")).toEqual([HOUSE]);
  await undo(page, "The budget agents was removed.");
  await expect(page.getByRole("article", { name: "agents" })).toBeVisible();
  expect(await listed("budgets")).toMatchObject([HOUSE, { id: "agents", limit: 3 }]);
});

test("what the form does not know of a budget survives a change, its undo, and a refusal", async ({ page }) => {
  await open(page);
  await page.getByRole("button", { name: "Edit house" }).click();
  const sheet = page.getByRole("dialog", { name: "Edit house" });
  await expect(sheet.getByText("It has a schedule for other times")).toBeVisible();
  await expect(sheet.getByRole("button", { name: "Save" })).toBeDisabled();
  await sheet.getByRole("textbox", { name: "Name" }).fill("home");
  await sheet.getByRole("spinbutton", { name: "Limit" }).fill("200");
  await sheet.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("article", { name: "home" })).toContainText("200");
  await expect.poll(() => listed("budgets")).toEqual([{ ...HOUSE, id: "home", limit: 200 }]);
  await undo(page, "The budget home was changed.");
  await expect.poll(() => listed("budgets")).toEqual([HOUSE]);

  // Somebody else is faster: the page shows the change, and takes it back when it is refused.
  await expect(page.getByRole("article", { name: "house" })).toBeVisible();
  await page.getByRole("button", { name: "Edit house" }).click();
  await sheet.getByRole("spinbutton", { name: "Limit" }).fill("300");
  const operations = [{ op: "set", path: ["aliases", "other"], value: "gpt-5" }];
  await world.askLocally("POST", "/api/v1/config/edits", JSON.stringify({ operations }));
  await sheet.getByRole("button", { name: "Save" }).click();
  await expect(sheet.getByText(/this change was made from/)).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("article", { name: "house" })).toContainText("100 requests");
  expect(await listed("budgets")).toEqual([HOUSE]);
});

test("a rate limit is added, changed and removed", async ({ page }) => {
  await open(page);
  await page.getByRole("button", { name: "Add a rate limit" }).click();
  const sheet = page.getByRole("dialog");
  await expect(sheet.getByRole("button", { name: "Save" })).toBeDisabled();
  await sheet.getByRole("spinbutton", { name: "Requests a minute" }).fill("120");
  await sheet.getByRole("button", { name: "Save" }).click();
  await expect.poll(() => listed("rate_limits")).toEqual([{ per: "key", requests_per_minute: 120 }]);

  await page.getByRole("button", { name: "Edit Key" }).click();
  await pick(page, sheet.getByRole("combobox", { name: "For each" }), "Address");
  await sheet.getByRole("spinbutton", { name: "At once" }).fill("8");
  await sheet.getByRole("button", { name: "Save" }).click();
  const changed = { per: "address", requests_per_minute: 120, concurrent: 8 };
  await expect.poll(() => listed("rate_limits")).toEqual([changed]);
  await page.getByRole("button", { name: "Remove Address" }).click();
  await expect.poll(() => listed("rate_limits")).toEqual([]);
  await undo(page, "The rate limit Address was removed.");
  await expect.poll(() => listed("rate_limits")).toEqual([changed]);
});

test("whoever is faster than the page reads changes what they see, and is not told of somebody else", async ({
  page,
}) => {
  const limit = { per: "address", requests_per_minute: 120, concurrent: 8 };
  const operations = [{ op: "set", path: ["rate_limits"], value: [limit] }];
  await world.askLocally("POST", "/api/v1/config/edits", JSON.stringify({ operations }));
  await open(page);
  await expect(page.getByRole("button", { name: "Edit Address" })).toBeVisible();
  const read = Promise.withResolvers<void>();
  await page.route("**/api/v1/config/document", async (route) => {
    await read.promise;
    await route.continue();
  });
  const shown = page.getByRole("region", { name: "Rate limits" });
  await page.getByRole("button", { name: "Edit Address" }).click();
  const sheet = page.getByRole("dialog");
  await sheet.getByRole("spinbutton", { name: "At once" }).fill("9");
  await sheet.getByRole("button", { name: "Save" }).click();
  await expect(shown).toContainText("9");
  await page.getByRole("button", { name: "Remove Address" }).click();
  await expect.poll(() => listed("rate_limits")).toEqual([]);
  read.resolve();
  await undo(page, "The rate limit Address was removed.");
  await expect.poll(() => listed("rate_limits")).toEqual([{ ...limit, concurrent: 9 }]);
});

test("who may only read sees budgets and no way to change them", async ({ page }) => {
  const email = "ada@example.com";
  await world.askLocally("POST", "/api/v1/admin/users", JSON.stringify({ email, role: "gateway_admin" }));
  await world.askLocally("POST", "/api/v1/auth/login", JSON.stringify({ email }));
  const { text } = await world.askLocally("GET", "/api/v1/auth/outbox");
  const link = /#sign-in=([\w-]+)/.exec((JSON.parse(text) as { text: string }[])[0]?.text ?? "")?.[1] ?? "";
  await page.goto(`${world.consoleUrl}#code=${link}`);
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  await page.goto(`${world.consoleUrl}#/budgets`);
  await expect(page.getByRole("meter", { name: /house/ })).toBeVisible();
  await expect(page.getByRole("button", { name: /^(Add|Edit|Remove)/ })).toHaveCount(0);
});

test("the sheet is accessible and fits a phone, in light and dark", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(page);
  await expectAccessibleInBoth(page);
  for (const size of [
    { width: 1440, height: 900 },
    { width: 390, height: 844 },
  ]) {
    await page.setViewportSize(size);
    await page.getByRole("button", { name: "Edit house" }).click();
    const sheet = page.getByRole("dialog");
    await sheet.getByRole("button", { name: "Add a step" }).click();
    await expectAccessibleInBoth(page);
    const overflow = await sheet.evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth);
    expect(overflow, `the sheet at ${size.width}`).toBeLessThanOrEqual(0);
    await page.keyboard.press("Escape");
    await expect(sheet).toHaveCount(0);
  }
});
