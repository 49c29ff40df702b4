// The days that the usage page shows, and the gateway's own words in Chinese, in a browser, against a gateway as it is shipped.
import { expect, type Page, test } from "@playwright/test";
import { expectAccessible } from "../support/accessibility.ts";
import { type ConsoleWorld, startConsoleWorld } from "./console-world.ts";

let world: ConsoleWorld;
let failed = "";
test.beforeAll(async () => {
  world = await startConsoleWorld();
  await world.chat("gpt-5-mini");
  failed = (await world.chat("qwen3-coder")).requestId;
});
test.afterAll(() => world.close());

async function signIn(page: Page, heading: string, path: string): Promise<void> {
  await page.goto(`${world.consoleUrl}#code=${await world.signInCode()}`);
  await expect(page.getByRole("heading", { level: 1, name: heading })).toBeVisible();
  await page.goto(`${world.consoleUrl}#${path}`);
}

const requests = (page: Page) => page.getByRole("region", { name: "Sums" }).getByText("2", { exact: true });

test("somebody's own days are chosen, stand in the address, and are shown again from it", async ({ page }) => {
  await signIn(page, "Overview", "/usage");
  await expect(requests(page)).toBeVisible();
  await page.getByRole("radiogroup", { name: "Time range" }).getByText("Custom").click();
  const [first, last] = [page.getByLabel("First day"), page.getByLabel("Last day")];
  const today = await last.inputValue();
  await expect(requests(page)).toBeVisible();
  await first.fill("2025-11-01");
  // More days than can be shown: nothing changes.
  await expect(page).not.toHaveURL(/2025-11-01/);
  await first.fill(today);
  await expect(page).toHaveURL(new RegExp(`range=${today}\\.\\.${today}`));
  await expect(requests(page)).toBeVisible();
  await expectAccessible(page);

  await page.reload();
  await expect(page.getByLabel("First day")).toHaveValue(today);
  await page.goto(`${world.consoleUrl}#/usage?range=2025-11-01..2025-11-03`);
  await expect(page.getByText("Nothing was used in this time.").first()).toBeVisible();
  await page.getByRole("radiogroup", { name: "Time range" }).getByText("7 days").click();
  await expect(requests(page)).toBeVisible();
  await expect(page.getByLabel("First day")).toHaveCount(0);
});

test.describe("in Chinese", () => {
  test.use({ locale: "zh-CN" });

  test("settings, and what went wrong and why, are told in Chinese, too", async ({ page }) => {
    await signIn(page, "概览", "/settings?part=gateway");
    await expect(page.getByRole("row").filter({ hasText: "drain_ms" })).toContainText("停止时等待进行中的回复多久");
    await expect(page.getByRole("row").filter({ hasText: "log_file_cli" })).toContainText("标准错误输出");
    await page.goto(`${world.consoleUrl}#/requests/${failed}`);
    const details = page.getByRole("complementary");
    await expect(details).toContainText("无法连接服务商 “vllm-office”");
    await expect(details).toContainText("由 路由 “qwen*” 决定");
  });
});
