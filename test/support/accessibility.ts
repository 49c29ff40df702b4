import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/**
 * The page has no violation that axe knows, once it stands still: what is half loaded, or fades in, has other colours and
 * no heading yet. The message names the address, the rules and the elements.
 */
export async function expectAccessible(page: Page): Promise<void> {
  await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
  await expect(async () => {
    const { violations } = await new AxeBuilder({ page }).analyze();
    const said = violations.map(
      ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(" | ")}`,
    );
    expect(said, page.url()).toEqual([]);
  }).toPass({ timeout: 30_000 });
}
