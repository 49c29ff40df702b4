// The pages that steer a running gateway, in a browser, against a gateway as it is shipped.
import { existsSync, mkdirSync } from "node:fs";
import http from "node:http";
import { dirname, join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { expectAccessible, expectAccessibleInBoth } from "../support/accessibility.ts";
import { undo } from "../support/toasts.ts";
import { type ConsoleWorld, startConsoleWorld } from "./console-world.ts";

async function signIn(page: Page, world: ConsoleWorld, path = ""): Promise<void> {
  await page.goto(`${world.consoleUrl}#code=${await world.signInCode()}`);
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  if (path !== "") await page.goto(`${world.consoleUrl}#${path}`);
}

let world: ConsoleWorld;
const receiver = http.createServer((_request, response) => response.writeHead(204).end());
test.beforeAll(async () => {
  await new Promise<void>((listening) => receiver.listen(0, "127.0.0.1", listening));
  const address = receiver.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  world = await startConsoleWorld({
    settings: { TEST_HOOK_SECRET: "whsec_dGVzdC1zZWNyZXQtdGhhdC1pcy1sb25nLWVub3VnaA==" },
    config: {
      budgets: [
        { id: "house", per: "global", limit: 100, unit: "requests", window: "day", at: [{ percent: 80, do: "warn" }] },
        {
          id: "few",
          per: "agent",
          only: ["codex*"],
          limit: 1,
          unit: "requests",
          window: "day",
          at: [{ percent: 101, do: "ask", wait: "2m" }],
        },
      ],
      rate_limits: [{ id: "calm", per: "key", requests_per_minute: 600, concurrent: 50 }],
      hooks: [
        {
          name: "on-call",
          events: ["gateway.user.*"],
          webhook: `http://127.0.0.1:${port}/told`,
          secret: "env:TEST_HOOK_SECRET",
          allow_private: true,
        },
      ],
    },
  });
  for (const model of ["loopback", "gpt-5-mini", "gpt-5-nano", "qwen3-coder"]) await world.chat(model);
});
test.afterAll(async () => {
  await world.close();
  receiver.close();
});

test("the palette finds pages, requests and settings, with the keyboard alone", async ({ page }) => {
  const { requestId } = await world.chat("loopback");
  await signIn(page, world);
  await page.keyboard.press("Control+k");
  const field = page.getByRole("combobox", { name: "Go to, or do" });
  await expect(field).toBeFocused();
  await expectAccessible(page);
  await field.fill("budg");
  await expect(page.getByRole("option").first()).toHaveAttribute("aria-selected", "true");
  await field.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Budgets" })).toBeVisible();

  await page.keyboard.press("Control+k");
  await field.fill(requestId);
  await field.press("Enter");
  await expect(page).toHaveURL(new RegExp(`/requests/${requestId}$`));

  await page.keyboard.press("Control+k");
  await field.fill("theme dark");
  await field.press("Enter");
  await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
  await page.keyboard.press("Control+k");
  await field.press("Escape");
  await expect(field).toHaveCount(0);
});

test("the default provider is switched from the palette, and switched back", async ({ page }) => {
  await signIn(page, world);
  const before = await defaultProvider();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Go to, or do" }).fill("use openai-busy");
  await page.getByRole("option", { name: "Use openai-busy by default" }).click();
  await expect(page.getByText("What no route names goes to openai-busy now.")).toBeVisible();
  expect(await defaultProvider()).toBe("openai-busy");
  await undo(page, "What no route names goes to openai-busy now.");
  await expect.poll(defaultProvider).toBe(before);
});

test("letters go to pages, except while somebody types", async ({ page }) => {
  await signIn(page, world);
  await page.keyboard.press("g");
  await page.keyboard.press("u");
  await expect(page.getByRole("heading", { level: 1, name: "Usage" })).toBeVisible();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.goto(`${world.consoleUrl}#/requests`);
  await page.getByRole("textbox", { name: "Search" }).pressSequentially("gb?");
  await expect(page.getByRole("textbox", { name: "Search" })).toHaveValue("gb?");
  await expect(page).toHaveURL(/requests/);
});

test("a phone shows four pages, and the others behind one button", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await signIn(page, world);
  const nav = page.getByRole("navigation", { name: "Pages" });
  await expect(nav.getByRole("link")).toHaveCount(4);
  await nav.getByRole("button", { name: "More" }).click();
  await page.getByRole("dialog", { name: "More" }).getByRole("link", { name: "Operations" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Operations" })).toBeVisible();
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("paper shows the page alone", async ({ page }) => {
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await page.goto(`${world.consoleUrl}#code=${await world.signInCode()}`);
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  await expect(page.getByRole("navigation", { name: "Pages" })).toBeHidden();
  expect(await page.locator("body").evaluate((body) => getComputedStyle(body).backgroundColor)).toBe(
    "rgb(255, 255, 255)",
  );
});

test("the overview tells what today cost, and what comes to its end", async ({ page }) => {
  await signIn(page, world);
  await expect(page.getByRole("region", { name: "Today" })).toContainText("Success");
  await expect(page.getByRole("region", { name: "Spent, the last seven days" })).toBeVisible();
  await expect(page.getByRole("region", { name: "Agents" })).toContainText("claude-code");
  await expect(page.getByRole("region", { name: "Budgets" })).toBeVisible();
});

test("budgets show how they stand, and who waits is answered", async ({ page }) => {
  await world.chat("loopback", { agent: "codex_cli_rs/0.99.0" });
  const waiting = world.chat("loopback", { agent: "codex_cli_rs/0.99.0", stream: true });
  await signIn(page, world, "/budgets");
  const asks = page.getByRole("region", { name: "Waiting for your word" });
  await expect(asks.getByRole("listitem").first()).toContainText("loopback");
  await expect(page.getByRole("meter", { name: /house/ })).toBeVisible();
  await expect(page.getByRole("region", { name: "Rate limits" }).first()).toContainText("600");
  await expectAccessible(page);
  await asks.getByRole("button", { name: "Let it go on" }).click();
  await expect(asks).toContainText("No request waits.");
  expect((await waiting).status).toBe(200);
});

test("agents elsewhere are connected by a command, and those seen are listed", async ({ page }) => {
  await signIn(page, world, "/agents");
  await expect(page.getByText(`gateway --url ${world.url} connect claude-code`)).toBeVisible();
  await expect(page.getByRole("region", { name: "Seen in the last 30 days" }).first()).toContainText("claude-code");
});

test("an agent of this computer is connected after its diff was seen, and put back", async ({ page }) => {
  const settings = join(dirname(world.dataDir), ".claude", "settings.json");
  mkdirSync(dirname(settings), { recursive: true });
  // As in the desktop's window, which is at the computer that the agents are on.
  await page.route(/\/api\/v1\/agents/, async (route) => {
    const request = route.request();
    const body = request.postData() ?? undefined;
    const { status, text } = await world.askLocally(request.method(), new URL(request.url()).pathname, body);
    await route.fulfill({ status, body: text, contentType: "application/json" });
  });
  await signIn(page, world, "/agents");
  const card = page.getByRole("article", { name: "Claude Code", exact: true });
  await card.getByRole("button", { name: "Connect Claude Code" }).click();
  const sheet = page.getByRole("dialog");
  await expect(sheet).toContainText("ANTHROPIC_BASE_URL");
  expect(existsSync(settings)).toBe(false);
  await expectAccessible(page);
  await sheet.getByRole("button", { name: "Write these settings" }).click();
  await expect(sheet).toContainText("Claude Code is connected.");
  expect(existsSync(settings)).toBe(true);
  await sheet.getByRole("button", { name: "Close" }).last().click();
  await expect(card).toContainText("written, no request yet");
  await card.getByRole("button", { name: "Disconnect Claude Code" }).click();
  await expect(page.getByText("Claude Code is as it was before.")).toBeVisible();
  await expect(card.getByRole("button", { name: "Connect Claude Code" })).toBeVisible();
});

test("operations checks the gateway, and shows what was asked", async ({ page }) => {
  await signIn(page, world, "/operations");
  await page.getByRole("button", { name: "Check now" }).click();
  await expect(page.getByRole("region", { name: "Checks" }).getByRole("listitem").first()).toContainText("Database");
  await expect(page.getByRole("region", { name: "Providers, keys and models" }).first()).toContainText("openai-busy");
  await expect(page.getByText("No agent runs in circles.")).toBeVisible();
});

test("hooks are tried, and what they were told is listed", async ({ page }) => {
  await signIn(page, world, "/hooks");
  await page.getByRole("button", { name: "Test on-call" }).click();
  await expect(page.getByText(/on-call took the test event/)).toBeVisible();
  await page.getByRole("button", { name: "Tell of all users: on-call" }).click();
  // The oldest one: newer ones come in above it.
  const told = page.getByRole("region", { name: "Deliveries" }).locator("details", { hasText: "gateway.user" }).last();
  await told.locator("summary").click();
  await told.getByRole("button", { name: /once more/ }).click();
  await page.getByText("Given up", { exact: true }).click();
  await expect(page.getByText("Nothing was given up.")).toBeVisible();
});

test("all are accessible in light and dark, on a desktop and on a phone", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await signIn(page, world);
  for (const size of [
    { width: 1440, height: 900 },
    { width: 390, height: 844 },
  ]) {
    await page.setViewportSize(size);
    for (const [path, shown] of [
      ["/", page.getByRole("region", { name: "Agents" }).getByRole("listitem").first()],
      ["/budgets", page.getByRole("meter").first()],
      ["/agents", page.getByRole("table")],
      ["/operations", page.getByRole("table").first()],
      ["/hooks", page.getByRole("article").first()],
    ] as const) {
      await page.goto(`${world.consoleUrl}#${path}`);
      await expect(shown).toBeVisible();
      await expectAccessibleInBoth(page);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow, `${path} at ${size.width} is wider than the window`).toBeLessThanOrEqual(0);
    }
  }
});

async function defaultProvider(): Promise<unknown> {
  const { text } = await world.askLocally("GET", "/api/v1/config/document");
  return (JSON.parse(text) as { value: { default_provider?: unknown } }).value.default_provider;
}
