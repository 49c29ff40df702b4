import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/** What a theme can break: all else of a page is the same in light and in dark. */
const RULES_OF_COLOUR = ["color-contrast", "link-in-text-block"];

/**
 * The page has no violation that axe knows, once it stands still: what is half loaded, or fades in, has other colours and
 * no heading yet. The message names the address, the rules and the elements.
 */
export async function expectAccessible(page: Page): Promise<void> {
  await expectNone(page, (builder) => builder);
}

/** The same in light and in dark, of which the second looks at colours alone. The page is left in dark. */
export async function expectAccessibleInBoth(page: Page): Promise<void> {
  await page.emulateMedia({ colorScheme: "light" });
  await expectAccessible(page);
  await page.emulateMedia({ colorScheme: "dark" });
  await expectNone(page, (builder) => builder.withRules(RULES_OF_COLOUR));
}

async function expectNone(page: Page, choose: (builder: AxeBuilder) => AxeBuilder): Promise<void> {
  await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
  await expect(async () => {
    // Without frames nothing is gained by collecting in a page beside this one; and what passed is of no interest.
    const builder = choose(new AxeBuilder({ page }).options({ resultTypes: ["violations"] })).setLegacyMode();
    const { violations } = await builder.analyze();
    const said = violations.map(
      ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(" | ")}`,
    );
    expect(said, page.url()).toEqual([]);
  }).toPass({ timeout: 30_000 });
}
