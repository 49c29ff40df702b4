/** What lies over the pages, or is on them only after somebody has done something: sheets, forms, details, the palette. */
import type { Page } from "playwright";
import type { Language } from "../../src-renderer/i18n/languages.ts";
import { LANGUAGES } from "../../src-renderer/i18n/languages.ts";

export interface SheetWorld {
  consoleUrl: string;
  language: Language;
  /** Requests that a second provider answered, and nobody. */
  fellBack: string;
  failed: string;
  save: (name: string) => Promise<unknown>;
}

/** Words as they stand in the console, such as `providers:add`. */
async function readerOf(language: Language): Promise<(key: string) => string> {
  const words = await LANGUAGES[language].load();
  return (key) => {
    const [namespace = "", path = ""] = key.split(":");
    let at: unknown = (words as Record<string, unknown>)[namespace];
    for (const step of path.split(".")) at = (at as Record<string, unknown>)[step];
    return String(at);
  };
}

export async function shootSheets(page: Page, world: SheetWorld): Promise<void> {
  const { consoleUrl, language, fellBack, failed, save } = world;
  const word = await readerOf(language);
  const open = async (path: string): Promise<void> => {
    // The same address again would leave what lies over the page.
    await page.goto("about:blank");
    await page.goto(`${consoleUrl}#${path}`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.waitForLoadState("networkidle");
  };
  const press = (key: string): Promise<void> =>
    page
      .getByRole("button", { name: word(key), exact: true })
      .first()
      .click();
  const shoot = async (name: string): Promise<void> => {
    await page.waitForLoadState("networkidle");
    await save(`sheet-${name}`);
  };
  const sheetOf = async (path: string, key: string, name: string): Promise<void> => {
    await open(path);
    await press(key);
    await page.getByRole("dialog").waitFor();
    await shoot(name);
  };

  await sheetOf("/providers", "providers:add", "provider-1");
  await page.locator(".kind").first().click();
  await page.locator(".trial").waitFor();
  await shoot("provider-2");
  await sheetOf("/budgets", "budgets:budgets.add", "budget");
  await sheetOf("/routing", "routing:addRoute", "route");
  await sheetOf("/keys", "keys:make", "key");
  await sheetOf("/people", "people:make", "user");
  await sheetOf("/usage", "ledger:export", "export");
  await sheetOf("/usage", "ledger:recost", "recost");
  await press("ledger:preview");
  await page.getByRole("dialog").locator(".notice").waitFor();
  await shoot("recost-preview");
  for (const [name, id] of Object.entries({ "fell-back": fellBack, failed })) {
    await open(`/requests/${id}`);
    await page.getByRole("complementary").waitFor();
    await shoot(`request-${name}`);
  }
  await open("/routing");
  const explain = page.getByRole("region", { name: word("routing:explain") });
  await explain.getByRole("textbox", { name: word("routing:model") }).fill("gpt-5");
  await explain.getByRole("button", { name: word("routing:explainNow") }).click();
  await explain.locator(".explanation").waitFor();
  await explain.scrollIntoViewIfNeeded();
  await shoot("explain");
  await open("/operations");
  await press("operations:runChecks");
  await page.locator(".check-list").waitFor();
  await page.locator(".check-list").scrollIntoViewIfNeeded();
  await shoot("checks");
  await open("/playground");
  await page.getByRole("switch", { name: word("playground:compare") }).click();
  const panes = page.getByRole("combobox", { name: word("playground:model") });
  await panes.nth(0).fill("loopback");
  await panes.nth(1).fill("gpt-5-mini");
  await page.getByRole("textbox", { name: word("playground:ask") }).fill("2 + 2 = ?");
  await page.keyboard.press("Enter");
  await page.locator(".turn[data-role=answer]").nth(1).waitFor();
  await shoot("compare");
  await open("/");
  await page.keyboard.press("Control+k");
  await page.getByRole("dialog").waitFor();
  await shoot("palette");
}
