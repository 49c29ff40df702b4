import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  isAdminScope,
  keyAllows,
  RIGHT_HOLDERS,
  RIGHTS,
  type Right,
  reachOf,
} from "../../../src-gateway/auth/rights.ts";

const pairs = Object.entries(RIGHTS);

/** As it stands in docs/rights.md between the two lines that say so. */
function tableOfRights(): string {
  const head = ["Right", "Lets somebody", ...RIGHT_HOLDERS];
  const rows = pairs.map(([right, { what, reach }]) => [
    `\`${right}\``,
    what,
    ...RIGHT_HOLDERS.map((holder) => (reach[holder] === "none" ? "–" : reach[holder])),
  ]);
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

describe("the table of rights", () => {
  it("stands in docs/rights.md as it is", () => {
    const page = readFileSync(new URL("../../../docs/rights.md", import.meta.url), "utf8");
    const [, table] = /<!-- rights -->\n([\s\S]*?)\n<!-- \/rights -->/.exec(page) ?? [];
    // Where it does not: put the second one into the page.
    expect(table).toBe(tableOfRights());
  });

  it("gives no role what a higher one has not", () => {
    const order = ["none", "own", "team", "all"];
    for (const [right, { reach }] of pairs) {
      const places = RIGHT_HOLDERS.map((holder) => order.indexOf(reach[holder]));
      expect({ right, places }).toEqual({ right, places: [...places].sort((a, b) => b - a) });
    }
  });

  it("leaves to root administrators what can run programs on the gateway's machine", () => {
    for (const right of ["config:write", "hooks:write"] as const) expect(reachOf(right, "gateway_admin")).toBe("none");
  });
});

describe("scopes of a key", () => {
  const rights = Object.keys(RIGHTS) as Right[];

  it("take nothing away when none of them is about administration", () => {
    for (const right of rights) expect(keyAllows(["provider:openai", "team:data"], right)).toBe(true);
  });

  it("leave what they name", () => {
    expect(rights.filter((right) => keyAllows(["admin:users:read", "admin:audit"], right))).toEqual([
      "users:read",
      "audit:read",
    ]);
    expect(rights.filter((right) => keyAllows(["admin:none"], right))).toEqual([]);
    expect(rights.filter((right) => keyAllows(["admin:*"], right))).toEqual(rights);
  });

  it("are refused when they name nothing that there is", () => {
    for (const good of ["admin:*", "admin:users", "admin:users:*", "admin:users:read", "admin:none"])
      expect({ good, is: isAdminScope(good) }).toEqual({ good, is: true });
    for (const bad of ["admin:", "admin:nothing", "admin:users:fly", "admin", "admin:users:read:x", "admin:__proto__"])
      expect({ bad, is: isAdminScope(bad) }).toEqual({ bad, is: false });
  });
});
