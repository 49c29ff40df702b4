import { linkSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tellsOfChanges } from "../../../src-gateway/settings/tells-of-changes.ts";
import { settingsFolder } from "./settings-folder.ts";

describe("a file that can be changed where its folder does not tell", () => {
  it("is looked at often: a link, a second name, a folder behind a link, and what is no file", async () => {
    const { cwd } = settingsFolder();
    const at = (name: string): string => join(cwd, name);
    mkdirSync(at("real"));
    for (const name of ["real/gateway.yaml", "named-twice.yaml", "target.yaml"]) writeFileSync(at(name), "");
    linkSync(at("named-twice.yaml"), at("other-name.yaml"));
    symlinkSync(at("target.yaml"), at("link.yaml"));
    symlinkSync(at("missing.yaml"), at("dangling.yaml"));
    symlinkSync(at("real"), at("linked-folder"));
    for (const name of ["link.yaml", "dangling.yaml", "named-twice.yaml", "linked-folder/gateway.yaml", "real"])
      expect([name, await tellsOfChanges(at(name))]).toEqual([name, false]);
  });

  it("is one of the kernel's own, too, that stands in no folder of a disk (needs Linux)", async (context) => {
    if (process.platform !== "linux") return context.skip("only Linux says what a file lies on (needs Linux)");
    expect(await tellsOfChanges("/proc/version")).toBe(false);
  });
});
