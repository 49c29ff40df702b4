/**
 * Pictures of every page, light and dark, in every language, at three widths, into test-results/screenshots/, for looking at.
 * The pages are those that the navigation leads to, and the parts of the settings; the states of some are there in English.
 * So are sheets, forms and what appears when somebody does something.
 *
 *     npm run build && node_modules/.bin/node test/e2e/screenshots.ts
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright";
import { browserLaunch } from "../../config/tooling/browser-launch.ts";
import { type ConsoleWorld, skipWelcome, startConsoleWorld } from "./console-world.ts";
import { shootSheets } from "./screenshot-sheets.ts";

const folder = fileURLToPath(new URL("../../test-results/screenshots/", import.meta.url));
const WIDTHS = { 390: 844, 1024: 768, 1440: 900 };

mkdirSync(folder, { recursive: true });
const browser = await chromium.launch(browserLaunch());
const [fresh, busy] = await Promise.all([startConsoleWorld({ providers: false }), startConsoleWorld()]);
try {
  const { fellBack, failed } = await makeTraffic(busy);
  const paths = await pathsOf(browser, busy);
  for (const colorScheme of ["light", "dark"] as const) {
    for (const [name, height] of Object.entries(WIDTHS)) {
      const width = Number(name);
      for (const locale of ["en-US", "zh-CN"]) {
        const context = await browser.newContext({
          colorScheme,
          locale,
          reducedMotion: "reduce",
          viewport: { width, height },
        });
        const end = `${locale.slice(0, 2)}-${colorScheme}-${width}`;
        const page = await shootPages(context, paths, end);
        await shootSheets(page, {
          consoleUrl: busy.consoleUrl,
          language: locale === "zh-CN" ? "zh" : "en",
          fellBack,
          failed,
          save: (sheet) => page.screenshot({ path: join(folder, `${sheet}-${end}.png`) }),
        });
        await context.close();
      }
      const context = await browser.newContext({
        colorScheme,
        locale: "en-US",
        reducedMotion: "reduce",
        viewport: { width, height },
      });
      await shootStates(context, { fellBack, failed, end: `en-${colorScheme}-${width}` });
      await context.close();
    }
  }
} finally {
  await browser.close();
  await Promise.all([fresh.close(), busy.close()]);
}

/** Where the navigation leads, so that no page is forgotten, and each part of the settings. */
async function pathsOf(on: Browser, world: ConsoleWorld): Promise<string[]> {
  const page = await on.newPage({ locale: "en-US", viewport: { width: 1440, height: 900 } });
  await signIn(page, world);
  const links = page.getByRole("navigation", { name: "Pages" }).getByRole("link");
  const hrefs = await links.evaluateAll((all) => all.map((link) => link.getAttribute("href") ?? ""));
  await page.goto(`${world.consoleUrl}#/settings`);
  const choices = page.getByRole("radiogroup", { name: "Settings" }).getByRole("radio");
  await choices.first().waitFor({ state: "attached" });
  const parts = await choices.evaluateAll((all) => all.map((radio) => radio.getAttribute("value") ?? ""));
  await page.close();
  return [...hrefs.map((href) => href.slice(href.indexOf("#") + 1)), ...parts.map((part) => `/settings?part=${part}`)];
}

async function shootPages(context: BrowserContext, paths: string[], end: string): Promise<Page> {
  const page = await context.newPage();
  await signIn(page, busy);
  for (const path of paths) {
    await page.goto(`${busy.consoleUrl}#${path}`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.waitForLoadState("networkidle");
    await page.waitForFunction(() => document.querySelector(".skeleton") === null);
    const name = path.replace(/\W+/g, "-").replace(/^-/, "") || "overview";
    await page.screenshot({ path: join(folder, `${name}-${end}.png`) });
  }
  return page;
}

interface Shown {
  /** Requests that a second provider answered, and nobody. */
  fellBack: string;
  failed: string;
  end: string;
}

/** What pages look like before there is anything, and when something is wrong. */
async function shootStates(context: BrowserContext, { fellBack, failed, end }: Shown): Promise<void> {
  const page = await context.newPage();
  const save = (name: string): Promise<unknown> => page.screenshot({ path: join(folder, `${name}-${end}.png`) });

  await page.goto(`${fresh.url}/console/#code=used-up`);
  await page.getByText("gateway console").first().waitFor();
  await save("state-sign-in");
  await signIn(page, fresh);
  await save("state-overview-empty");
  for (const empty of ["requests", "providers"]) {
    await page.goto(`${fresh.consoleUrl}#/${empty}`);
    await page.getByRole("heading", { level: 2 }).first().waitFor();
    await save(`state-${empty}-empty`);
  }

  await signIn(page, busy);
  await page.goto(`${busy.consoleUrl}#/requests/${fellBack}`);
  await page.getByRole("complementary").getByText("Attempts").waitFor();
  await save("state-request-details");
  await page.goto(`${busy.consoleUrl}#/requests/${failed}`);
  await page.getByRole("complementary").getByText("What went wrong").waitFor();
  await save("state-request-failed");
  await page.goto(`${busy.consoleUrl}#/providers`);
  const checks = page.getByRole("button", { name: /^Check / });
  await checks.nth(3).waitFor();
  for (const button of await checks.all()) await button.click();
  await page.locator(".probe-result [data-ink]").nth(3).waitFor();
  await save("state-providers-checked");
  await page.goto(`${busy.consoleUrl}#/`);
  await page.getByRole("region", { name: "Providers" }).getByText("vllm-office").waitFor();
  await busy.stop();
  await page.getByRole("alert").waitFor();
  await save("state-gateway-down");
  await busy.start();
}

async function signIn(page: Page, world: ConsoleWorld): Promise<void> {
  await page.goto("about:blank");
  await skipWelcome(page);
  await page.goto(`${world.consoleUrl}#code=${await world.signInCode()}`);
  await page.getByRole("heading", { level: 1 }).waitFor();
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
