// The popover beside the tray's icon, in the compiled app on what it takes for macOS.
import { expect, type Page, test } from "@playwright/test";
import { expectAccessibleInBoth } from "../support/accessibility.ts";
import { json, type RawProvider, startRawProvider } from "../support/raw-provider.ts";
import { type DesktopApp, startDesktopApp } from "./desktop-app.ts";

const answer = {
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1,
  model: "m",
  choices: [{ index: 0, message: { role: "assistant", content: "Four." }, finish_reason: "stop" }],
  usage: { prompt_tokens: 1_840, completion_tokens: 212, total_tokens: 2_052 },
};

let app: DesktopApp;
let provider: RawProvider;
let url = "";
let key = "";
test.beforeAll(async () => {
  provider = await startRawProvider();
  provider.respond = json(answer);
  const one = { id: "one", kind: "openai-compatible", base_url: `${provider.url}/v1`, models: ["m"] };
  app = await startDesktopApp({
    platform: "darwin",
    // The console, and the popover that is made beside it.
    windows: 2,
    config: {
      providers: [one, { ...one, id: "two" }],
      default_provider: "one",
      budgets: [{ id: "daily", per: "global", unit: "requests", limit: 8, window: "day" }],
    },
  });
  url = new URL((await app.state()).windows[1]?.url ?? "").origin;
  await expect.poll(() => app.ask("has", "copy:key")).toBe(true);
  await app.ask("clickTray", "copy:key");
  await expect.poll(async () => (await app.state()).clipboard.length).toBe(1);
  key = (await app.state()).clipboard[0] ?? "";
});
test.afterAll(async () => {
  await app.close();
  await provider.stop();
});

async function open(page: Page): Promise<{ asked: string[] }> {
  await page.setViewportSize({ width: 340, height: 560 });
  await app.usePreload(page, 1);
  const { windows } = await app.state();
  await page.goto(windows[1]?.url ?? "");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await page.waitForLoadState("networkidle");
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  return { asked };
}
const ask = async (): Promise<number> => {
  const reply = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: `Bearer ${key}`,
      "user-agent": "codex_cli_rs/0.99.0",
    },
    body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "hello" }] }),
  });
  await reply.arrayBuffer();
  return reply.status;
};
const isShown = async (): Promise<boolean | undefined> => (await app.state()).windows[1]?.isVisible;

test("opens beside the icon as high as what it says, shows today as it happens, and goes with Escape", async ({
  page,
}) => {
  const { asked } = await open(page);
  await app.ask("clickIcon");
  expect(await isShown()).toBe(true);
  const { height } = (await app.state()).windows[1]?.bounds ?? { height: 0 };
  expect(await page.locator(".popover").evaluate((box) => Math.ceil(box.getBoundingClientRect().height))).toBe(height);

  expect(await ask()).toBe(200);
  await expect(page.getByRole("region", { name: "Today", exact: true })).toContainText("1 request · 2,052 tokens");
  await expect(page.getByRole("region", { name: "Who asked today" })).toContainText("codex");
  await expect(page.getByRole("meter", { name: "daily: 1 of 8" })).toHaveAttribute("aria-valuenow", "12");

  await page.keyboard.press("Escape");
  await expect.poll(isShown).toBe(false);
  // All of it was told by the app.
  expect(asked).toEqual([]);
});

test("switches the provider with a click or a digit, pauses and resumes, by keyboard alone", async ({ page }) => {
  const { asked } = await open(page);
  const one = page.getByRole("button", { name: /^one/ });
  const two = page.getByRole("button", { name: /^two/ });
  await expect(one).toHaveAttribute("aria-pressed", "true");
  await two.click();
  await expect(two).toHaveAttribute("aria-pressed", "true");
  await expect.poll(() => app.ask("has", "use:two")).toBe(true);
  await page.keyboard.press("1");
  await expect(one).toHaveAttribute("aria-pressed", "true");
  await expect(two).toHaveAttribute("aria-pressed", "false");

  await page.getByRole("main").focus();
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("button", { name: "Copy address of the gateway" })).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Paused" })).toBeVisible();
  expect(await ask()).toBe(503);
  await page.getByRole("button", { name: "Resume" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Running" })).toBeVisible();
  expect(asked).toEqual([]);
});

test("is fit for everybody in light and dark, and speaks the console's language", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(page);
  await expectAccessibleInBoth(page);
  await page.evaluate(() => localStorage.setItem("tokligence.language", "zh"));
  await page.reload();
  await expect(page.getByRole("button", { name: "打开控制台" })).toBeVisible();
  await expectAccessibleInBoth(page);
});

test("leads to the console", async ({ page }) => {
  await open(page);
  await app.ask("clickIcon");
  await page.getByRole("button", { name: "Requests" }).click();
  await expect.poll(isShown).toBe(false);
  await expect.poll(async () => (await app.state()).windows[0]?.url).toContain("#/requests");
});
