// Every page on a ledger of 200,000 requests, on both databases.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { silentLogger } from "../../src-gateway/lib/logger.ts";
import { openStore } from "../../src-gateway/store/open-store.ts";
import { expectAccessibleInBoth } from "../support/accessibility.ts";
import { fillBusyLedger } from "../support/busy-ledger.ts";
import { startPostgres } from "../support/postgres.ts";
import { repeatLedger } from "../support/repeat-ledger.ts";
import { visit } from "../support/visit.ts";
import { type ConsoleWorld, startConsoleWorld } from "./console-world.ts";

const OWN_ROWS = 20_000;
const ROWS = 200_000;
/** Agents on the gateway's own machine are nobody's business who is not at it. */
const REFUSED = "/api/v1/agents";

for (const dialect of ["SQLite", "PostgreSQL"] as const) {
  test.describe(`a ledger of 200,000 requests on ${dialect}`, () => {
    let world: ConsoleWorld;
    let end: () => Promise<void> = async () => {};
    test.beforeAll(async () => {
      test.setTimeout(120_000);
      const url = await (dialect === "SQLite" ? sqliteUrl() : postgresUrl());
      const store = await openStore({ url, log: silentLogger });
      await fillBusyLedger(store, { rows: OWN_ROWS, days: 6, endUs: Date.now() * 1000 });
      await repeatLedger(store, 7, ROWS / OWN_ROWS);
      await store.close();
      world = await startConsoleWorld({ settings: { TOKLIGENCE_LEDGER_PATH: url } });
    });
    test.afterAll(async () => {
      await world?.close();
      await end();
    });

    async function sqliteUrl(): Promise<string> {
      const folder = mkdtempSync(join(tmpdir(), "tokligence-large-"));
      end = async () => rmSync(folder, { recursive: true, force: true });
      return join(folder, "ledger.db");
    }
    async function postgresUrl(): Promise<string> {
      const server = await startPostgres();
      if ("skipped" in server) return test.skip(true, server.skipped) as never;
      end = () => server.stop();
      return server.url("large");
    }

    const signIn = async (page: Page): Promise<void> => {
      await page.goto(`${world.consoleUrl}#code=${await world.signInCode()}`);
      await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
    };

    /** Of all pages, so that none is forgotten; where one stands is the last. */
    const pathsOf = async (page: Page): Promise<string[]> => {
      const links = page.getByRole("navigation", { name: "Pages" }).getByRole("link");
      const paths = await links.evaluateAll((all) => all.map((link) => link.getAttribute("href")?.split("#")[1] ?? ""));
      expect(paths.length).toBeGreaterThanOrEqual(14);
      return [...paths.filter((path) => path !== "/"), "/"];
    };

    test("is shown by every page, without an error and from nowhere else", async ({ page }) => {
      const wrong: string[] = [];
      page.on("pageerror", ({ message }) => wrong.push(message));
      page.on("console", (message) => {
        // What was refused is told of below.
        if (message.type() === "error" && !message.location().url.endsWith(REFUSED)) wrong.push(message.text());
      });
      page.on("request", (request) => {
        if (!/^(?:data|blob):/.test(request.url()) && new URL(request.url()).origin !== new URL(world.url).origin)
          wrong.push(`asked ${request.url()}`);
      });
      page.on("response", (response) => {
        if (response.status() >= 400 && !response.url().endsWith(REFUSED))
          wrong.push(`${response.status()} ${response.url()}`);
      });
      await signIn(page);
      for (const path of await pathsOf(page)) {
        await visit(page, path);
        await expect(page.getByRole("main").getByRole("alert"), path).toHaveCount(0);
      }
      expect(wrong).toEqual([]);
    });

    // The pages are the same on both databases.
    if (dialect === "SQLite")
      test("is accessible on every page in light and dark", async ({ page }) => {
        await page.emulateMedia({ reducedMotion: "reduce" });
        await signIn(page);
        for (const path of await pathsOf(page)) {
          await visit(page, path);
          await expectAccessibleInBoth(page);
        }
      });

    test("is scrolled through, and counted to the last one", async ({ page }) => {
      await signIn(page);
      await visit(page, "/requests");
      const list = page.getByRole("grid");
      await list.focus();
      for (let loaded = 0; loaded < 1_000; loaded = Number(await list.getAttribute("aria-rowcount"))) {
        const before = Number(await list.getAttribute("aria-rowcount"));
        await page.keyboard.press("End");
        await expect.poll(async () => Number(await list.getAttribute("aria-rowcount"))).toBeGreaterThan(before);
      }
      const { text } = await world.askLocally("GET", "/api/v1/usage/summary");
      expect(JSON.parse(text)).toMatchObject({ requests: ROWS });
    });

    test("is priced anew, and saved as a file, with its progress and until somebody ends that", async ({ page }) => {
      await signIn(page);
      await visit(page, "/usage");
      await page.getByRole("button", { name: "Price anew" }).click();
      const recost = page.getByRole("dialog", { name: "Price anew" });
      await recost.getByRole("combobox", { name: "Time range" }).click();
      await page.getByRole("option", { name: "All", exact: true }).click();
      // Reading all rows takes a fast machine less than a second, which is over before a click.
      const hurry = world.slowDown();
      await recost.getByRole("button", { name: "Show what would change" }).click();
      await expect(recost.getByText(/^[\d,]+ of [\d,]+ rows · /)).toBeVisible();
      await recost.getByRole("button", { name: "Cancel: Price anew" }).click();
      await expect(recost.getByText("It was cancelled.")).toBeVisible();
      await page.keyboard.press("Escape");

      await page.getByRole("button", { name: "Export requests" }).click();
      const exporting = page.getByRole("dialog", { name: "Export requests" });
      await exporting.getByRole("combobox", { name: "Time range" }).click();
      await page.getByRole("option", { name: "All", exact: true }).click();
      await expect(exporting.getByText("200,000 requests")).toBeVisible();
      await exporting.getByRole("button", { name: "Save the file" }).click();
      await expect(exporting.getByRole("progressbar", { name: "Export requests" })).toHaveAttribute("max", "200000");
      await exporting.getByRole("button", { name: "Cancel" }).click();
      await expect(exporting.getByRole("progressbar")).toHaveCount(0);
      hurry();
      await expect(exporting.getByText("is saved")).toHaveCount(0);
      await page.keyboard.press("Escape");

      await visit(page, "/operations");
      const work = page.getByRole("region", { name: "Work on the ledger" });
      await expect(work.getByRole("listitem").filter({ hasText: "Price anew" }).getByText("cancelled")).toBeVisible();
    });

    test("is not asked for while nobody looks", async ({ page }) => {
      await page.clock.install();
      await signIn(page);
      await page.waitForLoadState("networkidle").catch(() => {});
      const asked: string[] = [];
      // Of the gateway; what pages are made of may still be fetched.
      page.on("request", (request) => {
        const { pathname } = new URL(request.url());
        if (pathname.startsWith("/api/")) asked.push(pathname);
      });
      const look = (state: "hidden" | "visible"): Promise<void> =>
        page.evaluate((to) => {
          Object.defineProperty(document, "visibilityState", { value: to, configurable: true });
          Object.defineProperty(document, "hidden", { value: to === "hidden", configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }, state);
      await look("hidden");
      // What was under way when they looked away is let come to its end.
      await page.clock.runFor(5_000);
      await page.waitForLoadState("networkidle").catch(() => {});
      asked.length = 0;
      await page.clock.runFor(120_000);
      expect(asked).toEqual([]);
      await look("visible");
      await page.clock.runFor(20_000);
      await expect.poll(() => asked).toContain("/api/v1/usage/summary");
    });
  });
}
