import { expect, type Page } from "@playwright/test";

/**
 * Takes back what a toast says was done. The text matters: the configuration may have changed before its toast is drawn,
 * and the newest Undo on the page still belongs to the change before.
 */
export async function undo(page: Page, said: string): Promise<void> {
  const toast = page.locator(".toast").filter({ hasText: said });
  await toast.getByRole("button", { name: "Undo" }).click();
  await expect(toast).toHaveCount(0);
}
