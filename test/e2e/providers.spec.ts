// The providers page, against a gateway as it is shipped: everything it changes is really in force.
import { expect, type Locator, type Page, test } from "@playwright/test";
import { expectAccessibleInBoth } from "../support/accessibility.ts";
import { json, type RawProvider, startRawProvider } from "../support/raw-provider.ts";
import { undo } from "../support/toasts.ts";
import { type ConsoleWorld, startConsoleWorld } from "./console-world.ts";

const KEY = "sk-planted-for-this-test-1234567890";
const answer = {
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1_763_000_000,
  model: "small",
  choices: [{ index: 0, message: { role: "assistant", content: "Yes." }, finish_reason: "stop" }],
  usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 },
};
const models = { object: "list", data: [{ id: "small", object: "model", created: 1, owned_by: "me" }] };

let world: ConsoleWorld;
let own: RawProvider;
test.beforeAll(async () => {
  // A keychain of the machine that runs the tests is nobody's business.
  world = await startConsoleWorld({ settings: { TOKLIGENCE_SECRET_STORE: "file" } });
  own = await startRawProvider();
  own.respond = (request, response) => {
    if (request.headers.authorization !== `Bearer ${KEY}`) json({ error: { message: "no" } }, 401)(request, response);
    else json(request.method === "GET" ? models : answer)(request, response);
  };
});
test.afterAll(async () => {
  await world.close();
  await own.stop();
});

async function open(page: Page): Promise<void> {
  await page.goto(`${world.consoleUrl}#code=${await world.signInCode()}`);
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  await page.goto(`${world.consoleUrl}#/providers`);
  await expect(use(page, "openai")).toBeVisible();
  // A row that is drawn anew while its switch is pressed does not feel it.
  await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
  await page.waitForLoadState("networkidle");
}
const use = (page: Page, name: string): Locator =>
  page.getByRole("button", { name: `Use ${name} for everything`, exact: true });
const documentOf = async (
  page: Page,
): Promise<{ default_provider?: unknown; providers: Record<string, unknown>[] }> => {
  const reply = await page.request.get(`${world.url}/api/v1/config/document`);
  return ((await reply.json()) as { value: never }).value;
};

test("sends everything to a provider with a click or a key, and takes it back", async ({ page }) => {
  await open(page);
  await use(page, "vllm-office").click();
  await expect(use(page, "vllm-office")).toHaveAttribute("aria-pressed", "true");
  await expect(page.getByText("Routes still send these elsewhere: gpt-5, gpt-5-mini, gpt-5-nano.")).toBeVisible();
  await expect.poll(async () => (await documentOf(page)).default_provider).toBe("vllm-office");

  await page.keyboard.press("1");
  await expect(use(page, "openai")).toHaveAttribute("aria-pressed", "true");
  await expect(use(page, "vllm-office")).toHaveAttribute("aria-pressed", "false");
  await expect.poll(async () => (await documentOf(page)).default_provider).toBe("openai");

  await undo(page, "openai is asked for everything");
  await expect(use(page, "vllm-office")).toHaveAttribute("aria-pressed", "true");
  await page.keyboard.press("3");
  await expect.poll(async () => (await documentOf(page)).default_provider).toBeUndefined();
});

test("switches a provider off and on; what is off stays in the list", async ({ page }) => {
  await open(page);
  const isAsked = page.getByRole("switch", { name: "vllm-office is asked" });
  await isAsked.press("Space");
  await expect(page.getByText("vllm-office is off.")).toBeVisible();
  await expect(isAsked).not.toBeChecked();
  await expect(use(page, "vllm-office")).toBeDisabled();
  await undo(page, "vllm-office is off.");
  await expect(isAsked).toBeChecked();
  await expect.poll(async () => (await documentOf(page)).providers.some((each) => "enabled" in each)).toBe(false);
});

test("adds a provider in two steps, with a test before it is saved, and shows its key nowhere", async ({ page }) => {
  await open(page);
  await page.getByRole("button", { name: "Add a provider" }).click();
  const sheet = page.getByRole("dialog");
  await sheet.getByRole("searchbox", { name: "Search the catalogue" }).fill("openai-compatible");
  await sheet
    .getByRole("button", { name: /OpenAI-compatible/ })
    .first()
    .click();
  await sheet.getByLabel("Name").fill("own-model");
  await sheet.getByLabel("Base URL").fill(`${own.url}/v1`);
  await sheet.getByText("Paste it", { exact: true }).click();
  await sheet.getByRole("textbox", { name: "API key" }).fill("sk-a-wrong-one-000000000000");
  await sheet.getByRole("button", { name: "Test", exact: true }).click();
  const steps = sheet.getByRole("region", { name: "Test before saving" }).getByRole("listitem");
  await expect(steps.nth(0)).toContainText("Reached");
  await expect(steps.nth(1).locator("[data-ink=bad]")).toBeVisible();

  await sheet.getByRole("textbox", { name: "API key" }).fill(KEY);
  await expect(steps).toHaveCount(0);
  await sheet.getByRole("button", { name: "Test", exact: true }).click();
  await expect(steps.nth(2)).toContainText("One token · small");
  await expect(steps.nth(2)).toContainText(/ms|s$/);

  await sheet.getByText("Which address answers first?").click();
  await sheet.getByRole("textbox", { name: "Addresses, one a line" }).fill(`http://127.0.0.1:9/v1\n${own.url}/v1`);
  await sheet.getByRole("button", { name: "Race" }).click();
  await expect(sheet.getByRole("button", { name: `Use ${own.url}/v1` })).toBeEnabled();
  await expect(sheet.getByRole("button", { name: "Use http://127.0.0.1:9/v1" })).toBeDisabled();

  await sheet.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("own-model was added.")).toBeVisible();
  await expect(use(page, "own-model")).toBeVisible();
  const entry = (await documentOf(page)).providers.find(({ id }) => id === "own-model");
  expect(entry).toEqual({
    id: "own-model",
    kind: "openai-compatible",
    base_url: `${own.url}/v1`,
    credential: "secret:own-model",
  });
  expect(await page.content()).not.toContain(KEY);
  expect((await world.chat("own-model/small")).status).toBe(200);
});

test("changes and removes a provider, and puts it back", async ({ page }) => {
  await open(page);
  await page.getByRole("button", { name: "Edit vllm-office" }).click();
  const sheet = page.getByRole("dialog");
  await expect(sheet.getByRole("button", { name: "Remove" })).toBeDisabled();
  await expect(sheet).toContainText("the route qwen*");
  await sheet.getByLabel("Base URL").fill("http://127.0.0.1:9/v2");
  await sheet.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("vllm-office was changed.")).toBeVisible();
  const changed = (await documentOf(page)).providers.find(({ id }) => id === "vllm-office");
  expect(changed).toMatchObject({ base_url: "http://127.0.0.1:9/v2", models: ["qwen3-coder"] });

  await page.getByRole("button", { name: "Edit anthropic" }).click();
  await sheet.getByRole("button", { name: "Remove" }).click();
  await expect(use(page, "anthropic")).toHaveCount(0);
  await undo(page, "anthropic was removed.");
  await expect(use(page, "anthropic")).toBeVisible();
  expect((await documentOf(page)).providers[3]).toEqual({
    id: "anthropic",
    kind: "anthropic",
    credential: "env:TEST_KEY_THAT_IS_NOT_SET",
  });
});

test("is accessible in light and dark", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(page);
  await expectAccessibleInBoth(page);
  await page.getByRole("button", { name: "Add a provider" }).click();
  const sheet = page.getByRole("dialog");
  await expect(sheet.getByRole("button", { name: /Anthropic/ }).first()).toBeVisible();
  await expectAccessibleInBoth(page);
  await sheet
    .getByRole("button", { name: /Anthropic/ })
    .first()
    .click();
  await expect(sheet.getByRole("button", { name: "Save" })).toBeVisible();
  await expectAccessibleInBoth(page);
});
