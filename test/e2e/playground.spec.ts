// Asking models by hand, in a browser, against a gateway as it is shipped.
import { expect, type Page, test } from "@playwright/test";
import { expectAccessible } from "../support/accessibility.ts";
import { undo } from "../support/toasts.ts";
import { type ConsoleWorld, startConsoleWorld } from "./console-world.ts";

let world: ConsoleWorld;
test.beforeAll(async () => {
  world = await startConsoleWorld();
});
test.afterAll(() => world.close());

async function open(page: Page): Promise<void> {
  await page.goto(`${world.consoleUrl}#code=${await world.signInCode()}`);
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  await page.goto(`${world.consoleUrl}#/playground`);
  await expect(page.getByRole("heading", { level: 1, name: "Playground" })).toBeVisible();
}
const box = (page: Page) => page.getByRole("textbox", { name: "Ask" });
const pane = (page: Page, name: "First model" | "Second model") => page.getByRole("region", { name });
const model = (page: Page, side: "First model" | "Second model" = "First model") =>
  pane(page, side).getByRole("combobox", { name: "Model" });
const choose = async (page: Page, side: "First model" | "Second model", wire: string): Promise<void> => {
  await pane(page, side).getByRole("combobox", { name: "Protocol" }).click();
  await page.getByRole("option", { name: wire }).click();
};
const say = async (page: Page, text: string): Promise<void> => {
  await box(page).fill(text);
  await box(page).press("Enter");
};

test("one model answers, the wire is shown, and the record is linked", async ({ page }) => {
  await open(page);
  await model(page).fill("loopback");
  await say(page, "Say it once more");
  const first = pane(page, "First model");
  await expect(first.getByText("Answered", { exact: true })).toBeVisible();
  await expect(first.locator(".turn[data-role=answer]")).toContainText("Say it once more");
  await expect(first.getByText(/\d+ tokens in, \d+ out/)).toBeVisible();
  await expect(first.getByText(/first word after/)).toBeVisible();
  await expectAccessible(page);

  await first.getByText("Wire", { exact: true }).click();
  await expect(first.getByRole("region", { name: "Request" })).toContainText('"model": "loopback"');
  await expect(first.getByRole("region", { name: "Answer" })).toContainText("chat.completion.chunk");
  await first.getByRole("button", { name: "cURL" }).click();
  await expect(page.getByRole("dialog", { name: "cURL" })).toContainText("$TOKLIGENCE_API_KEY");
  await expectAccessible(page);
  await page.keyboard.press("Escape");

  await first.getByText("Conversation", { exact: true }).click();
  await first.getByRole("link", { name: /^req_/ }).click();
  await expect(page).toHaveURL(/requests\/req_/);
  await expect(page.getByRole("complementary")).toContainText("playground");
  // Nothing was lost meanwhile.
  await page.goBack();
  await expect(pane(page, "First model").locator(".turn[data-role=answer]")).toContainText("Say it once more");
});

test("two are compared over two protocols, with what goes before", async ({ page }) => {
  await open(page);
  await page.getByRole("switch", { name: "Compare two" }).click();
  await model(page).fill("loopback");
  await choose(page, "First model", "Gemini");
  await model(page, "Second model").fill("gpt-5-mini");
  await choose(page, "Second model", "OpenAI Chat");
  await say(page, "What is two and two?");
  await expect(page.getByText("Answered", { exact: true })).toHaveCount(2);
  await expect(pane(page, "Second model").locator(".turn[data-role=answer]")).toContainText("Four.");
  await expect(pane(page, "Second model").locator(".playground-foot")).toContainText("$");
  await say(page, "And then?");
  await expect(page.getByText("Answered", { exact: true })).toHaveCount(4);
  await pane(page, "Second model").getByText("Wire", { exact: true }).click();
  const request = pane(page, "Second model").getByRole("region", { name: "Request" });
  await expect(request).toContainText("POST /v1/chat/completions");
  await expect(request).toContainText('"content": "Four."');
  await expectAccessible(page);

  await page.getByRole("button", { name: "Start over" }).click();
  await expect(page.getByText("Answered", { exact: true })).toHaveCount(0);
  await undo(page, "The conversation is gone.");
  await expect(pane(page, "First model").getByText("Answered", { exact: true })).toHaveCount(2);
});

test("every protocol answers, and words its own errors", async ({ page }) => {
  await open(page);
  await model(page).fill("loopback");
  const first = pane(page, "First model");
  const wires = ["OpenAI Chat", "OpenAI Responses", "Anthropic Messages", "Gemini"];
  for (const [place, wire] of wires.entries()) {
    await choose(page, "First model", wire);
    await say(page, `Number ${place}`);
    await expect(first.getByText("Answered", { exact: true })).toHaveCount(place + 1);
    await expect(first.locator(".turn[data-role=answer]").last()).toContainText(`Number ${place}`);
  }
  await model(page).fill("no-such-model");
  await say(page, "Is anybody there?");
  const failed = first.locator(".turn[data-role=answer]").last();
  await expect(failed.getByText("Failed", { exact: true })).toBeVisible();
  await failed.getByText("As the client gets it").click();
  await expect(failed).toContainText('"status": "NOT_FOUND"');
  await expectAccessible(page);
});

test("what is asked for beside the words is sent, and pictures go along", async ({ page }) => {
  await open(page);
  await model(page).fill("loopback");
  await page.getByRole("button", { name: "Options" }).click();
  await page.getByRole("textbox", { name: "System prompt" }).fill("Be brief.");
  await page.getByRole("textbox", { name: "Tools, as a JSON list" }).fill("{");
  await box(page).fill("Look");
  await expect(page.getByRole("button", { name: "Send" })).toBeDisabled();
  await page.getByRole("textbox", { name: "Tools, as a JSON list" }).fill('[{"name":"weather"}]');
  await page.getByLabel("Most tokens").fill("64");
  await expectAccessible(page);
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Add a picture" }).click();
  const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
  await (await chooser).setFiles({ name: "dot.png", mimeType: "image/png", buffer: Buffer.from(png, "base64") });
  await expect(page.getByRole("button", { name: "Take dot.png out" })).toBeVisible();
  await box(page).press("Control+Enter");
  const first = pane(page, "First model");
  await expect(first.locator(".turn[data-role=answer]")).toContainText("[image");
  await first.getByText("Wire", { exact: true }).click();
  const request = first.getByRole("region", { name: "Request" });
  for (const said of ["Be brief.", '"max_completion_tokens": 64', '"name": "weather"', "data:image/png;base64,"])
    await expect(request).toContainText(said);
});

test("an answer is stopped with Escape, and a paused gateway says so", async ({ page }) => {
  await open(page);
  await model(page).fill("loopback");
  let letGo = (): void => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await page.route("**/playground/v1/**", async (route) => {
    await held;
    await route.continue().catch(() => {});
  });
  await say(page, "Wait for it");
  await expect(page.getByRole("button", { name: "Stop" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(pane(page, "First model").getByText("Stopped", { exact: true })).toBeVisible();
  letGo();
  await page.unroute("**/playground/v1/**");

  await page.getByRole("button", { name: "Pause the gateway" }).click();
  await expect(page.getByText("The gateway is paused.", { exact: true })).toBeVisible();
  await expectAccessible(page);
  await say(page, "Anybody?");
  await expect(pane(page, "First model").getByText("503")).toBeVisible();
  await page.goto(`${world.consoleUrl}#/usage`);
  await page.locator(".state-banner").getByRole("button", { name: "Resume" }).click();
  await expect(page.locator(".state-banner")).toHaveCount(0);
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Go to, or do" }).fill("pause");
  await page.keyboard.press("Enter");
  await expect(page.locator(".state-banner")).toBeVisible();
  await undo(page, "The gateway takes nothing new.");
  await expect(page.locator(".state-banner")).toHaveCount(0);
});

test("on a phone, and in the dark, it is all there", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
  await open(page);
  await model(page).fill("loopback");
  await say(page, "Small");
  await expect(page.getByText("Answered", { exact: true })).toBeVisible();
  await page.getByRole("switch", { name: "Compare two" }).click();
  await expectAccessible(page);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBeLessThanOrEqual(390);
});

test("a link leaves the query of the page before behind", async ({ page }) => {
  await open(page);
  await page.goto(`${world.consoleUrl}?range=30d#/usage`);
  await expect(page.getByRole("heading", { level: 1, name: "Usage" })).toBeVisible();
  await page.getByRole("navigation").getByRole("link", { name: "Requests" }).click();
  await expect(page).toHaveURL(/\/console\/#\/requests$/);
});
