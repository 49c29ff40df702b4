import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parsePath } from "../../../src-gateway/cli/path-steps.ts";
import { type CliHome, newHome } from "./run-cli.ts";

const PLANTED = "sk-planted-0123456789abcdef0123456789";

let home: CliHome;
beforeEach(() => {
  home = newHome();
});
afterEach(() => home.remove());

describe("a path", () => {
  it("names members, places and entries by what they say", () => {
    expect(parsePath("aliases.fast")).toEqual(["aliases", "fast"]);
    expect(parsePath("providers[id=openai].enabled")).toEqual(["providers", { id: "openai" }, "enabled"]);
    expect(parsePath('routes[0].targets[1]["a.b"]')).toEqual(["routes", 0, "targets", 1, "a.b"]);
    for (const text of ["", "[", "a[", "a[b"]) expect(() => parsePath(text)).toThrow("is no path");
  });
});

describe("the configuration on the command line, without a gateway that runs", () => {
  it("is changed, looked at, and taken back", async () => {
    const file = join(home.dataDir, "gateway.yaml");
    expect((await home.run(["config", "set", "aliases.fast", "m"])).out).toBe(
      "+ aliases fast added\nRevision 1 is in force.\n",
    );
    expect(readFileSync(file, "utf8")).toBe("aliases:\n  fast: m\n");
    expect((await home.run(["config", "set", "aliases.slow", "n", "--message", "for nights"])).code).toBe(0);
    expect((await home.run(["config", "get"])).out).toBe("aliases:\n  fast: m\n  slow: n\n");
    const history = await home.run(["config", "history"]);
    expect(history.out).toMatch(/2 .* api .* the operator .* for nights\n/);
    expect((await home.run(["config", "diff", "1"])).out).toContain("+  slow: n\n");
    expect((await home.run(["config", "rollback", "1", "--check"])).out).toContain("- aliases slow removed");
    expect((await home.run(["config", "rollback", "1"])).out).toContain("Revision 3 is in force.");
    expect(readFileSync(file, "utf8")).toBe("aliases:\n  fast: m\n");

    const draft = join(home.path, "draft.yaml");
    writeFileSync(draft, "providers:\n  - id: x\n    kind: opnai\n");
    const checked = await home.run(["config", "check", draft]);
    expect(checked).toMatchObject({ code: 1, out: expect.stringContaining("3:11: providers[0].kind") });
    const edited = await home.run(["config", "edit"], { EDITOR: "sed -i s/fast/quick/" });
    expect(edited.out).toContain("+ aliases quick added");
  }, 60_000);

  it("adds a provider with its key, which no argument, file or answer shows", async () => {
    const added = home.start(
      ["provider", "add", "groq", "--with-key"],
      { TOKLIGENCE_SECRET_STORE: "file" },
      `${PLANTED}\n`,
    );
    expect(await added.ended).toEqual({
      code: 0,
      out: "+ providers groq added\nRevision 1 is in force.\n",
      err: expect.not.stringContaining(PLANTED),
    });
    expect((await home.run(["config", "get"])).out).toBe("providers:\n  - id: groq\n    credential: secret:groq\n");
    expect((await home.run(["secret", "list"])).out).toMatch(/groq +file +secret:groq/);
    const files = readdirSync(home.dataDir).filter((name) => existsSync(join(home.dataDir, name)));
    for (const name of files) expect(readFileSync(join(home.dataDir, name)).includes(PLANTED)).toBe(false);
    expect((await home.run(["provider", "disable", "groq"])).out).toContain("~ providers groq changed");
    expect((await home.run(["provider", "disable", "absent"])).code).toBe(5);
    expect((await home.run(["provider", "remove", "groq"])).code).toBe(0);
    expect((await home.run(["secret", "remove", "groq"])).out).toBe("groq is forgotten.\n");
    expect((await home.run(["secret", "set", "groq"])).err).toContain("No value came");
  }, 60_000);

  it("switches abilities", async () => {
    expect((await home.run(["flags", "set", "retry_join", "off"])).out).toMatch(/retry_join +off/);
    expect((await home.run(["flags", "set", "retry_join", "on", "--user", "7"])).out).toContain(
      '{"on":false,"users":{"7":true}}',
    );
    expect((await home.run(["flags", "set", "retry_join", "standard"])).out).toMatch(/retry_join +on +standard/);
    expect((await home.run(["flags", "set", "no_such", "on"])).code).toBe(5);
  }, 60_000);
});
