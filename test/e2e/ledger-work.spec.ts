// Long work on the ledger, in a browser, against a gateway as it is shipped.
import { readFileSync } from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import { expectAccessible } from "../support/accessibility.ts";
import { type ConsoleWorld, startConsoleWorld } from "./console-world.ts";

let world: ConsoleWorld;
test.beforeAll(async () => {
  world = await startConsoleWorld();
  for (const model of ["gpt-5-mini", "gpt-5-mini", "loopback"]) await world.chat(model);
  await expect.poll(async () => (await ask<{ requests: number }>("/usage/summary")).requests).toBe(3);
});
test.afterAll(() => world.close());

async function signIn(page: Page, path: string): Promise<void> {
  await page.goto(`${world.consoleUrl}#code=${await world.signInCode()}`);
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  await page.goto(`${world.consoleUrl}#${path}`);
}

async function ask<Reply>(path: string): Promise<Reply> {
  const { text } = await world.askLocally("GET", `/api/v1${path}`);
  return JSON.parse(text) as Reply;
}

test("the requests of a time are saved as a file, in each format", async ({ page }) => {
  await signIn(page, "/usage");
  await page.getByRole("button", { name: "Export requests" }).click();
  const sheet = page.getByRole("dialog", { name: "Export requests" });
  await expect(sheet.getByText("3 requests")).toBeVisible();
  await expectAccessible(page);
  for (const [format, file] of [
    ["CSV", "exchanges.csv"],
    ["JSON Lines", "exchanges.jsonl"],
    ["Parquet", "exchanges.parquet"],
  ] as const) {
    await sheet.getByText(format, { exact: true }).click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      sheet.getByRole("button", { name: "Save the file" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(file);
    await expect(sheet.getByText(`${file} is saved`)).toBeVisible();
    const bytes = readFileSync(await download.path());
    if (format === "Parquet") expect(bytes.subarray(0, 4).toString()).toBe("PAR1");
    else expect(bytes.toString().trim().split("\n")).toHaveLength(format === "CSV" ? 4 : 3);
  }
});

test("a time is priced anew: first what would change, then the change", async ({ page }) => {
  const before = await ask<{ costNano: number }>("/usage/summary");
  const operations = [
    {
      op: "set",
      path: ["prices"],
      value: [{ provider: "openai", model: "gpt-5-mini*", input: 1_000, cache_read: 1_000, output: 1_000 }],
    },
  ];
  const { status } = await world.askLocally("POST", "/api/v1/config/edits", JSON.stringify({ operations }));
  expect(status).toBe(200);
  await signIn(page, "/usage");
  await page.getByRole("button", { name: "Price anew" }).click();
  const sheet = page.getByRole("dialog", { name: "Price anew" });
  await sheet.getByRole("textbox", { name: "Reason" }).fill("dearer");
  await sheet.getByRole("button", { name: "Show what would change" }).click();
  await expect(sheet.getByText("2 of 3 requests would change, by +$4.")).toBeVisible();
  await expect(sheet.getByRole("row").filter({ hasText: "openai · gpt-5-mini" })).toBeVisible();
  await expectAccessible(page);
  expect(await ask<{ costNano: number }>("/usage/summary")).toMatchObject({ costNano: before.costNano });

  await sheet.getByRole("button", { name: "Enter the corrections" }).click();
  await expect(sheet.getByText("2 of 3 requests were corrected, by +$4.")).toBeVisible();
  // Each has 1,840 tokens in and 212 out, at a tenth of a cent.
  await expect
    .poll(async () => (await ask<{ costNano: number }>("/usage/summary")).costNano)
    .toBe(2 * (1_840 + 212) * 1_000_000);
  await sheet.locator(".sheet-foot").getByRole("button", { name: "Close" }).click();
  await expect(page.getByRole("region", { name: "Sums" }).getByText("$4.10")).toBeVisible();
});

test("what is done to the ledger is listed, and the check says whether it is intact", async ({ page }) => {
  await signIn(page, "/operations");
  const work = page.getByRole("region", { name: "Work on the ledger" });
  await work.getByRole("button", { name: "Check the ledger" }).click();
  await expect(work.getByText(/^Intact: \d+ entries and 3 requests/)).toBeVisible();
  await expectAccessible(page);
});
