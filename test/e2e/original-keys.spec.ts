// Keys that were moved into the store, taken out of the person's files in the app's window, and put back.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { expectAccessible } from "../support/accessibility.ts";
import { type DesktopApp, startDesktopApp } from "./desktop-app.ts";

const KEY = "sk-planted-0123456789abcdef";
const rc = `# mine\nexport DEEPSEEK_API_KEY="${KEY}" # keep\n`;

let app: DesktopApp;
test.beforeAll(async () => {
  app = await startDesktopApp({
    env: { TOKLIGENCE_SECRET_STORE: "file" },
    config: { providers: [{ id: "home", kind: "openai-compatible", base_url: "http://127.0.0.1:9/v1" }] },
  });
});
test.afterAll(() => app.close());

test("the providers page moves keys, takes the originals out with a look before, and puts them back", async ({
  page,
}) => {
  const file = join(app.home, ".zshrc");
  writeFileSync(file, rc);
  await app.usePreload(page, 0);
  await page.goto((await app.state()).windows[0]?.url ?? "");
  await page.getByRole("link", { name: "Providers" }).first().click();
  await page.getByRole("button", { name: "Show them" }).click();
  await page.getByRole("button", { name: "Keep these" }).click();
  const originals = page.getByRole("region", { name: "Keys that the gateway keeps" });
  await originals.getByRole("button", { name: "Look for them" }).click();
  const change = originals.getByRole("region", { name: "Change of ~/.zshrc" });
  await expect(change).toContainText("named deepseek");
  expect(await originals.textContent()).not.toContain("planted");
  expect(readFileSync(file, "utf8")).toBe(rc);
  await expectAccessible(page);

  await originals.getByRole("button", { name: "Take 1 key out" }).click();
  await expect(originals.getByRole("button", { name: "Put them back" })).toBeVisible();
  expect(readFileSync(file, "utf8")).not.toContain("planted");
  await originals.getByRole("button", { name: "Put them back" }).click();
  await expect(originals.getByRole("button", { name: "Take 1 key out" })).toBeVisible();
  expect(readFileSync(file, "utf8")).toBe(rc);
});
