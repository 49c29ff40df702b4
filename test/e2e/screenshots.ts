/**
 * Pictures of every page, light and dark, at three widths, into test-results/screenshots/, for looking at:
 *
 *     npm run build && node_modules/.bin/node test/e2e/screenshots.ts
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright";
import { browserLaunch } from "../../config/tooling/browser-launch.ts";
import { type ConsoleWorld, skipWelcome, startConsoleWorld } from "./console-world.ts";

const folder = fileURLToPath(new URL("../../test-results/screenshots/", import.meta.url));
const WIDTHS = { 390: 844, 1024: 768, 1440: 900 };

mkdirSync(folder, { recursive: true });
const browser = await chromium.launch(browserLaunch());
const [fresh, busy] = await Promise.all([startConsoleWorld({ providers: false }), startConsoleWorld()]);
try {
  for (const colorScheme of ["light", "dark"] as const) {
    for (const [width, height] of Object.entries(WIDTHS)) {
      await shoot(browser, { colorScheme, width: Number(width), height });
    }
  }
} finally {
  await browser.close();
  await Promise.all([fresh.close(), busy.close()]);
}

async function shoot(
  on: Browser,
  { colorScheme, width, height }: { colorScheme: "light" | "dark"; width: number; height: number },
): Promise<void> {
  const context = await on.newContext({ colorScheme, viewport: { width, height } });
  const page = await context.newPage();
  const save = (name: string): Promise<unknown> =>
    page.screenshot({ path: join(folder, `${name}-${colorScheme}-${width}.png`) });

  await page.goto(`${fresh.url}/console/#code=used-up`);
  if (colorScheme === "dark" || width !== 390) await page.getByText("gateway console").waitFor();
  await save("sign-in");
  await signIn(page, fresh);
  await save("overview-empty");
  await page.goto(`${fresh.consoleUrl}#/requests`);
  await page.getByRole("heading", { level: 2 }).waitFor();
  await save("requests-empty");
  await page.goto(`${fresh.consoleUrl}#/providers`);
  await page.getByRole("heading", { level: 2 }).waitFor();
  await save("providers-empty");

  await signIn(page, busy);
  const { fellBack, failed } = await makeTraffic(busy);
  await page.reload();
  await page.getByRole("region", { name: "Providers" }).getByText("vllm-office").waitFor();
  await save("overview");
  await page.goto(`${busy.consoleUrl}#/requests`);
  await page.getByRole("row", { selected: false }).nth(3).waitFor();
  await save("requests");
  await page.goto(`${busy.consoleUrl}#/requests/${fellBack}`);
  await page.getByRole("complementary").getByText("Attempts").waitFor();
  await save("request-details");
  await page.goto(`${busy.consoleUrl}#/requests/${failed}`);
  await page.getByRole("complementary").getByText("What went wrong").waitFor();
  await save("request-failed");
  await page.goto(`${busy.consoleUrl}#/providers`);
  for (const button of await page.getByRole("button", { name: /^Check / }).all()) await button.click();
  await page.getByText("Works").first().waitFor();
  await page.getByText("Does not work").nth(1).waitFor();
  await save("providers");
  await page.goto(`${busy.consoleUrl}#/`);
  await page.getByRole("region", { name: "Providers" }).getByText("vllm-office").waitFor();
  await busy.stop();
  await page.getByRole("alert").waitFor();
  await save("gateway-down");
  await busy.start();
  await context.close();
}

async function signIn(page: Page, world: ConsoleWorld): Promise<void> {
  await page.goto("about:blank");
  await skipWelcome(page);
  await page.goto(`${world.consoleUrl}#code=${await world.signInCode()}`);
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
}

/** Some of everything; gives the ids of one request that a second provider answered, and of one that nobody did. */
async function makeTraffic(world: ConsoleWorld): Promise<{ fellBack: string; failed: string }> {
  await world.chat("gpt-5-nano");
  const models = ["loopback", "gpt-5-mini", "gpt-5", "no-such-model", "gpt-5-mini", "gpt-5-mini", "loopback", "gpt-5"];
  for (const model of models) {
    await world.chat(model, { agent: model === "loopback" ? "curl/8.7.1" : "claude-cli/2.1.329 (external, cli)" });
  }
  await world.chat("loopback", { stream: true, agent: "OpenAI/Python 1.99.1" });
  const { requestId: failed } = await world.chat("qwen3-coder", { agent: "codex_cli_rs/0.99.0" });
  const { requestId: fellBack } = await world.chat("gpt-5");
  return { fellBack, failed };
}
