import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { describeMapping } from "../../support/describe-mapping.ts";

it("docs/api-mapping.md says what the program does", () => {
  expect(readFileSync(new URL("../../../docs/api-mapping.md", import.meta.url), "utf8")).toBe(describeMapping());
});
