// The console in a browser, against a gateway as it is shipped.
import { expect, type Locator, type Page, test } from "@playwright/test";
import { expectAccessibleInBoth } from "../support/accessibility.ts";
import { type ConsoleWorld, skipWelcome, startConsoleWorld } from "./console-world.ts";

/** What a page complains about, and where it asks besides its own gateway. */
function watchPage(page: Page, world: ConsoleWorld): string[] {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("console", (message) => {
    // A refused sign-in is part of the way in, and Chromium reports every answer above 399.
    if (message.type() === "error" && !message.text().includes("401"))
      complaints.push(`${message.text()} (${message.location().url})`);
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(world.url) && !request.url().startsWith("data:")) complaints.push(request.url());
  });
  return complaints;
}

async function signIn(page: Page, world: ConsoleWorld, path = ""): Promise<void> {
  await skipWelcome(page);
  await page.goto(`${world.consoleUrl}#code=${await world.signInCode()}`);
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  if (path !== "") await page.goto(`${world.consoleUrl}#${path}`);
}

const rows = (page: Page): Locator =>
  page
    .getByRole("grid")
    .getByRole("row")
    .filter({ has: page.getByRole("gridcell") });
const details = (page: Page): Locator => page.getByRole("complementary", { name: "Request" });

test.describe("a gateway after its first start", () => {
  let world: ConsoleWorld;
  test.beforeAll(async () => {
    world = await startConsoleWorld({ providers: false });
  });
  test.afterAll(() => world.close());

  test("opens signed in once, and leads to the first request", async ({ page, browser }) => {
    const complaints = watchPage(page, world);
    await page.goto(world.consoleUrl);
    await expect(page.getByRole("heading", { level: 1, name: "Four steps to the first request" })).toBeVisible();
    await page.getByRole("button", { name: "Not now" }).click();
    await expect(page.getByRole("link", { name: "Go on with the first steps" })).toBeVisible();
    await expect(page.getByRole("heading", { name: "Make the first request" })).toBeVisible();
    await page.getByRole("button", { name: "Create a client key" }).click();
    await expect(page.getByRole("region", { name: "curl command" })).toContainText("Bearer tok_");
    const command = await page.getByRole("region", { name: "curl command" }).innerText();
    const key = /Bearer (tok_[\w-]+)/.exec(command)?.[1] ?? "";
    expect(command).toContain(`${world.url}/v1/chat/completions`);

    const reply = await fetch(`${world.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: /-d '(.*)'/.exec(command)?.[1] ?? "",
    });
    expect(reply.status).toBe(200);
    // The page learns of it by itself.
    await expect(
      page.getByRole("region", { name: "Last requests" }).getByRole("link", { name: /loopback/ }),
    ).toBeVisible();
    await expect(page.getByRole("region", { name: "Today" })).toContainText("every request has a price");
    // The key is still there to be copied.
    await expect(page.getByRole("region", { name: "client key" })).toHaveText(key);
    expect(complaints).toEqual([]);

    const stranger = await browser.newContext();
    const strangersPage = await stranger.newPage();
    await strangersPage.goto(world.consoleUrl);
    await expect(strangersPage.getByText("gateway console")).toBeVisible();
    await stranger.close();
  });

  test("signs in with a code, which leaves the address at once and works once", async ({ page }) => {
    const address = `${world.consoleUrl}#code=${await world.signInCode()}`;
    await skipWelcome(page);
    await page.goto(address);
    await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
    expect(page.url()).not.toContain("code");
    await page.getByRole("button", { name: "Sign out" }).click();
    await expect(page.getByText("gateway console")).toBeVisible();

    await page.goto("about:blank");
    await page.goto(address);
    await expect(page.getByText("That link was used already, or is too old.")).toBeVisible();
    expect(page.url()).not.toContain("code");

    // Pasted into the address of the page that asks for it, where a browser does not load it anew.
    await page.goto(`${world.consoleUrl}#code=${await world.signInCode()}`);
    await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
    expect(page.url()).not.toContain("code");
  });

  test("says what to do on pages that have nothing to show", async ({ page }) => {
    await signIn(page, world, "/providers");
    await expect(page.getByText("OPENAI_API_KEY")).toBeVisible();
    await page.goto(`${world.consoleUrl}#/no-such-page`);
    await page.getByRole("link", { name: "Go to the overview" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  });
});

test.describe("a gateway with providers", () => {
  let world: ConsoleWorld;
  test.beforeAll(async () => {
    world = await startConsoleWorld();
    for (const model of ["loopback", "gpt-5-mini", "gpt-5-nano", "qwen3-coder", "no-such-model"])
      await world.chat(model);
  });
  test.afterAll(() => world.close());

  test("shows requests as they end, in their order", async ({ page }) => {
    const complaints = watchPage(page, world);
    await signIn(page, world, "/requests");
    await expect(rows(page).first()).toContainText("no-such-model");
    await world.chat("loopback", { agent: "curl/8.7.1" });
    await expect(rows(page).first()).toContainText("curl/8.7.1");

    await page.getByRole("switch", { name: "Live" }).click();
    await world.chat("gpt-5-mini", { agent: "codex_cli_rs/0.99.0" });
    await page.getByRole("switch", { name: "Live" }).click();
    // What ended in between is there as well.
    await expect(rows(page).first()).toContainText("codex");
    expect(complaints).toEqual([]);
  });

  test("filters by failure, provider, model and text", async ({ page }) => {
    await signIn(page, world, "/requests");
    await expect(rows(page).filter({ hasText: "loopback" }).first()).toBeVisible();
    await page.getByRole("switch", { name: "Failed only" }).click();
    await expect(rows(page).filter({ hasText: "loopback" })).toHaveCount(0);
    await expect(rows(page)).toHaveCount(3);
    await page.getByRole("combobox", { name: "Provider" }).click();
    await page.getByRole("option", { name: "openai-busy" }).click();
    await expect(rows(page)).toHaveCount(1);
    await expect(rows(page)).toContainText("429");

    await page.getByRole("textbox", { name: "Search" }).fill("nothing like this");
    await page.getByRole("button", { name: "Clear filters" }).last().click();
    await expect(rows(page).filter({ hasText: "loopback" }).first()).toBeVisible();
    await page.getByRole("textbox", { name: "Search" }).fill("QWEN3 failed");
    await expect(rows(page)).toHaveCount(1);
    await expect(rows(page)).toContainText("qwen3-coder");
  });

  test("is stepped through with the keyboard, and tells everything of a request", async ({ page }) => {
    const { requestId } = await world.chat("gpt-5", { agent: "claude-cli/2.1.329 (external, cli)" });
    await world.chat("qwen3-coder");
    await signIn(page, world, "/requests");
    await expect(rows(page).first()).toContainText("qwen3-coder");
    await page.getByRole("grid").focus();
    await page.keyboard.press("ArrowDown");
    await expect(rows(page).nth(0)).toHaveAttribute("aria-selected", "true");
    await expect(details(page)).toContainText("provider_unreachable");
    await expect(details(page)).toContainText("a fallback route would have gone on elsewhere");
    await page.keyboard.press("ArrowDown");
    await expect(rows(page).nth(1)).toHaveAttribute("aria-selected", "true");
    await expect(page).toHaveURL(new RegExp(`/requests/${requestId}$`));

    const pane = details(page);
    await expect(pane.getByRole("heading", { level: 2 })).toHaveText("Completed · 200 · gpt-5");
    const attempts = pane.getByRole("heading", { name: "Attempts" }).locator("..").getByRole("listitem");
    await expect(attempts).toHaveCount(2);
    await expect(attempts.nth(0)).toContainText("openai-busy");
    await expect(attempts.nth(0)).toContainText("rate_limited");
    await expect(attempts.nth(1)).toContainText("openai gpt-5-mini");
    await expect(pane.getByRole("row", { name: /Input, read from cache/ })).toContainText("1,024");
    await expect(pane.getByRole("row", { name: /of it reasoning/ })).toContainText("128");
    await expect(pane).toContainText("gpt-5-mini-2025-08-07");

    // The address leads back to the same request.
    await page.reload();
    await expect(details(page).getByRole("heading", { level: 2 })).toHaveText("Completed · 200 · gpt-5");
    await details(page).getByRole("button", { name: "Close details" }).press("Escape");
    await expect(details(page)).toHaveCount(0);
  });

  test("copies the request id", async ({ page, context }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const { requestId } = await world.chat("loopback");
    await signIn(page, world, `/requests/${requestId}`);
    await details(page).getByRole("button", { name: "Copy Request id" }).click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(requestId);
  });

  test("checks providers", async ({ page }) => {
    await signIn(page, world, "/providers");
    await page.getByRole("button", { name: "Check openai", exact: true }).click();
    await expect(page.getByText(/Works · 2 models/)).toBeVisible();
    await page.getByRole("button", { name: "Check vllm-office" }).click();
    await expect(page.getByText(/cannot be reached/)).toBeVisible();
    await expect(page.getByText("TEST_KEY_THAT_IS_NOT_SET is not set").first()).toBeVisible();
  });

  test("follows the system's theme until another is chosen, and remembers that", async ({ page }) => {
    await page.emulateMedia({ colorScheme: "dark" });
    await signIn(page, world);
    await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "dark");
    await page.getByRole("button", { name: "Theme: as the system" }).click();
    await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "light");
    await page.reload();
    await expect(page.getByRole("button", { name: "Theme: light" })).toBeVisible();
    await expect(page.locator("html")).toHaveAttribute("data-mantine-color-scheme", "light");
  });

  test("is accessible in light and dark, on a desktop and on a phone", async ({ page }) => {
    const { requestId } = await world.chat("gpt-5");
    await page.emulateMedia({ reducedMotion: "reduce" });
    await page.goto(`${world.consoleUrl}#code=used-up`);
    await expect(page.getByText("gateway console")).toBeVisible();
    await expectAccessibleInBoth(page);
    await signIn(page, world);
    for (const size of [
      { width: 1440, height: 900 },
      { width: 390, height: 844 },
    ]) {
      await page.setViewportSize(size);
      for (const [path, shown] of [
        ["/", page.getByRole("region", { name: "Providers" }).getByText("vllm-office", { exact: true })],
        ["/requests", rows(page).first()],
        [`/requests/${requestId}`, details(page).getByRole("listitem").first()],
        ["/providers", page.getByRole("button", { name: "Check vllm-office" })],
      ] as const) {
        await page.goto(`${world.consoleUrl}#${path}`);
        await expect(shown).toBeVisible();
        await expectAccessibleInBoth(page);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(overflow, `${path} at ${size.width} is wider than the window`).toBeLessThanOrEqual(0);
      }
    }
  });

  test("says when the gateway is gone, and comes back with it", async ({ page }) => {
    await signIn(page, world);
    const lastRequests = page.getByRole("region", { name: "Last requests" }).getByRole("link");
    await expect(lastRequests.nth(1)).toBeVisible();
    await world.stop();
    await expect(page.getByRole("alert")).toContainText("The gateway does not answer.");
    // What was known stays readable.
    await expect(lastRequests.nth(1)).toBeVisible();
    await expect(page.getByText("Not reachable")).toBeVisible();
    await world.start();
    await expect(page.getByRole("alert")).toHaveCount(0);
    // Sessions are in the database: a restart ends none.
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await signIn(page, world);
  });
});

test.describe("a long list of requests", () => {
  let world: ConsoleWorld;
  let oldest = "";
  let newest = "";
  test.beforeAll(async () => {
    world = await startConsoleWorld({ providers: false });
    oldest = (await world.chat("loopback")).requestId;
    for (let sent = 0; sent < 450; sent += 25) {
      await Promise.all(Array.from({ length: 25 }, () => world.chat("loopback")));
    }
    newest = (await world.chat("loopback")).requestId;
  });
  test.afterAll(() => world.close());

  test("exists only where it is in sight, and is read on as it is scrolled", async ({ page }) => {
    await signIn(page, world, "/requests");
    await expect(rows(page).first()).toHaveId(`row-${newest}`);
    expect(await rows(page).count()).toBeLessThan(80);

    await page.getByRole("grid").focus();
    await expect(async () => {
      await page.keyboard.press("End");
      await expect(page.locator(`#row-${oldest}`)).toBeVisible({ timeout: 100 });
    }).toPass();
    expect(await rows(page).count()).toBeLessThan(80);
    await page.keyboard.press("Home");
    await expect(page.locator(`#row-${newest}`)).toHaveAttribute("aria-selected", "true");
  });

  test("stays where it is read while newer requests arrive", async ({ page }) => {
    await signIn(page, world, "/requests");
    await expect(rows(page).first()).toBeVisible();
    const grid = page.getByRole("grid");
    await grid.evaluate((element) => element.scrollTo(0, 1_600));
    const inSight = page.getByRole("grid").locator('[aria-rowindex="55"]');
    const id = (await inSight.getAttribute("id")) ?? "";
    const before = await page.locator(`#${id}`).boundingBox();
    await world.chat("loopback");
    await expect(page.locator(`#${id}`)).toHaveAttribute("aria-rowindex", "56");
    expect((await page.locator(`#${id}`).boundingBox())?.y).toBe(before?.y);
  });
});
