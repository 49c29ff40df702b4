import { describe, expect, it } from "vitest";
import { queryBeforeHash } from "../../src-renderer/api/address.ts";
import { hrefOf, withOwnQuery } from "../../src-renderer/api/console-location.ts";

describe("an address of the console", () => {
  it("may have its query behind the path", () => {
    const at = (hash: string): string | null => queryBeforeHash({ pathname: "/console/", hash });
    expect(at("#/settings?part=about")).toBe("/console/?part=about#/settings");
    expect(at("#/settings?")).toBe("/console/#/settings");
    expect([at("#/settings"), at("#code=a?b"), at("")]).toEqual([null, null, null]);
  });

  it("leaves the query of the page before behind, unless a link names one", () => {
    expect(withOwnQuery("/usage")).toBe("/usage?");
    expect(withOwnQuery("/requests?words=x")).toBe("/requests?words=x");
    expect(hrefOf("/usage", "/console/")).toBe("/console/#/usage");
    expect(hrefOf("/requests?words=x", "/console/")).toBe("/console/?words=x#/requests");
  });
});
