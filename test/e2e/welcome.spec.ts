// From an empty start of the desktop app to the first request that is seen, and nothing else to read.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { expectAccessible } from "../support/accessibility.ts";
import { json, type RawProvider, startRawProvider } from "../support/raw-provider.ts";
import { type DesktopApp, startDesktopApp } from "./desktop-app.ts";

const answer = {
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1,
  model: "qwen3-coder",
  choices: [{ index: 0, message: { role: "assistant", content: "Four." }, finish_reason: "stop" }],
  usage: { prompt_tokens: 20, completion_tokens: 2, total_tokens: 22 },
};
const models = { object: "list", data: [{ id: "qwen3-coder", object: "model", created: 1, owned_by: "office" }] };

let app: DesktopApp;
let provider: RawProvider;
test.beforeEach(async () => {
  provider = await startRawProvider();
  provider.respond = (request, response) => json(request.method === "GET" ? models : answer)(request, response);
  app = await startDesktopApp({ programs: { claude: "echo '2.1.329 (Claude Code)'" } });
});
test.afterEach(async () => {
  await app.close();
  await provider.stop();
});

async function open(page: Page): Promise<string> {
  const { windows } = await app.state();
  await app.usePreload(page, 0);
  await page.goto(windows[0]?.url ?? "");
  await expect(page.getByRole("heading", { level: 1, name: "Four steps to the first request" })).toBeVisible();
  return new URL(page.url()).origin;
}
const heading = (page: Page, name: string) => page.getByRole("heading", { level: 2, name });
const step = (page: Page, name: RegExp) => page.getByRole("list", { name: "Steps" }).getByRole("button", { name });

test("leads from nothing to a first request that is seen, and is gone on with after a reload", async ({ page }) => {
  const url = await open(page);
  await expect(page.getByText(url, { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Continue" }).click();

  await expect(heading(page, "Who shall answer?")).toBeFocused();
  await page.getByRole("searchbox", { name: "Search the catalogue" }).fill("openai compatible");
  await page.getByRole("button", { name: /OpenAI-compatible/ }).click();
  await page.getByLabel("Name").fill("office");
  await page.getByLabel("Base URL").fill(`${provider.url}/v1`);
  await page.getByText("Paste it").click();
  await page.getByRole("textbox", { name: "API key" }).fill("sk-office-planted-secret");
  await page.getByRole("button", { name: "Test", exact: true }).click();
  await expect(page.getByRole("region", { name: "Test before saving" })).toContainText("One token");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("These are asked already.")).toBeVisible();
  await page.getByRole("button", { name: "Check office" }).click();
  await expect(page.getByText(/Works/)).toBeVisible();
  await page.getByRole("button", { name: "Continue" }).click();

  const claude = page.getByRole("article", { name: "Claude Code" });
  await claude.getByRole("button", { name: "Connect Claude Code" }).click();
  await expect(page.getByRole("dialog")).toContainText(`"ANTHROPIC_BASE_URL": "${url}"`);
  await page.getByRole("button", { name: "Write these settings" }).click();
  await page.getByRole("button", { name: "Close" }).last().click();
  await expect(claude).toContainText("written, no request yet");

  // Somebody who comes back goes on where they were.
  await page.goto("about:blank");
  await page.goto(`${url}/console/#/welcome`);
  await expect(heading(page, "Ask something")).toBeVisible();
  await expect(page.getByText("Start one of these anew and ask it something: Claude Code.")).toBeVisible();
  await expect(page.getByText("Waiting for the first request.")).toBeVisible();

  const settings = readFileSync(join(app.home, ".claude/settings.json"), "utf8");
  const { env } = JSON.parse(settings) as { env: Record<string, string> };
  const reply = await fetch(`${env["ANTHROPIC_BASE_URL"]}/v1/messages`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "user-agent": "claude-cli/2.1.329 (external, cli)",
      authorization: `Bearer ${env["ANTHROPIC_AUTH_TOKEN"]}`,
      "anthropic-version": "2023-06-01",
    },
    body: JSON.stringify({ model: "qwen3-coder", max_tokens: 20, messages: [{ role: "user", content: "2+2?" }] }),
  });
  expect(reply.status).toBe(200);
  await expect(page.getByText("It works: the request went through your gateway.")).toBeVisible();
  const seen = page.getByRole("link", { name: /qwen3-coder/ });
  await expect(seen).toContainText("claude-code");
  await expect(seen).toContainText("office");
  for (const name of [/Gateway/, /Provider/, /Agents/, /First request/])
    await expect(step(page, name)).toContainText("done");

  const atLogin = page.getByRole("switch", { name: "Start the gateway when I log in" });
  await atLogin.press("Space");
  await expect(atLogin).toBeChecked();
  await expect.poll(() => existsSync(join(app.home, ".config/autostart/tokligence-gateway.desktop"))).toBe(true);
  await page.getByRole("button", { name: "Open the overview" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  const said = await page.content();
  expect(said + readFileSync(join(app.home, "data/gateway.yaml"), "utf8")).not.toContain("planted-secret");
});

test("can be skipped step by step and as a whole, and is not shown again by itself", async ({ page }) => {
  const url = await open(page);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: "Skip this step" }).click();
  await page.getByRole("button", { name: "Skip this step" }).click();
  await page.getByRole("button", { name: "Send one from here" }).click();
  await expect(page.getByRole("link", { name: /loopback/ })).toBeVisible();
  await page.getByRole("button", { name: "Not now" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  await page.goto("about:blank");
  await page.goto(`${url}/console/`);
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  await page.getByRole("link", { name: "Go on with the first steps" }).click();
  await expect(heading(page, "Your gateway runs")).toBeVisible();
});

test("is fit for everybody, in light and dark, wide and narrow", async ({ page }) => {
  await open(page);
  for (const [colorScheme, size] of [
    ["light", { width: 1280, height: 860 }],
    ["dark", { width: 390, height: 844 }],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(size);
    for (const name of [/Gateway/, /Provider/, /Agents/, /First request/]) {
      await step(page, name).click();
      await expectAccessible(page);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow, `${name} at ${size.width} is wider than the window`).toBeLessThanOrEqual(0);
    }
  }
});
