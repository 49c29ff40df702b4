import type { Finding } from "./verify-types.ts";

type Where = Partial<Omit<Finding, "kind" | "text">>;

const MAX_FINDINGS = 1_000;

/** Findings in the order in which they were made, and the first so many of them only: a wrecked ledger has millions. */
export class FindingList {
  readonly kept: Finding[] = [];
  more = 0;

  add(kind: Finding["kind"], text: string, where: Where = {}): void {
    if (this.kept.length >= MAX_FINDINGS) {
      this.more++;
      return;
    }
    const nowhere = { instanceId: null, place: null, exchangeId: null, correctionId: null, day: null };
    this.kept.push({ kind, text, ...nowhere, ...where });
  }
}
