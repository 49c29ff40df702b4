import { describe, expect, it } from "vitest";
import { queryBeforeHash } from "../../src-renderer/api/address.ts";

describe("an address of the console", () => {
  it("may have its query behind the path", () => {
    const at = (hash: string): string | null => queryBeforeHash({ pathname: "/console/", hash });
    expect(at("#/settings?part=about")).toBe("/console/?part=about#/settings");
    expect(at("#/settings?")).toBe("/console/#/settings");
    expect([at("#/settings"), at("#code=a?b"), at("")]).toEqual([null, null, null]);
  });
});
