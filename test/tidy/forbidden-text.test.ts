import { describe, expect, it } from "vitest";
import { forbiddenText, TEXT_RULES } from "./forbidden-text.ts";
import { listFiles, readProjectFile } from "./project-files.ts";

/** They must show what the rules look for. */
const ABOUT_THE_RULES = ["test/tidy/forbidden-text.ts", "test/tidy/forbidden-text.test.ts"];
const TEXT = /(?:\.(?:ts|tsx|mjs|json|md|ini|ya?ml|css|html|service|tpl)|Dockerfile|LICENSE|run)$/;

const files = listFiles("src-gateway", "src-main", "src-renderer", "config", "docs", "deploy", "test", ".ci", ".github")
  .concat("README.md", "package.json", "package-lock.json", "tsconfig.json")
  .filter((path) => TEXT.test(path) && !path.startsWith("test/fixtures/") && !ABOUT_THE_RULES.includes(path));

describe("the text of the tree", () => {
  it("holds nothing that is forbidden", () => {
    expect(forbiddenText(files.map(readProjectFile), TEXT_RULES)).toEqual([]);
  });

  it.each([
    ["src-gateway/a.ts", "// TODO: later"],
    ["docs/a.md", "see /home/alice/project"],
    ["src-gateway/a.ts", `const path = "${["", "work", "main", "x"].join("/")}";`],
    ["src-gateway/a.ts", "// oxlint-disable-next-line no-console"],
    ["test/a.test.ts", 'it.only("x", () => {});'],
    ["test/a.test.ts", "ctx.skip();"],
    ["test/a.test.ts", 'it.skip("x", () => {});'],
    ["test/a.test.ts", 'it.skipIf(!redis)("counts", () => {});'],
    ["test/a.test.ts", "await new Promise((resolve) => setTimeout(resolve, 50));"],
    ["test/a.test.ts", "await sleep(50);"],
  ])("finds in %s: %s", (path, text) => {
    expect(forbiddenText([{ path, text }], TEXT_RULES)).toHaveLength(1);
  });

  it.each([
    ["src-gateway/a.ts", "// oxlint-disable-next-line no-console -- the logger is not up yet"],
    ["test/a.test.ts", 'ctx.skip("no PostgreSQL on this machine");'],
    ["test/a.test.ts", 'it.skipIf(!redis)("counts (needs Redis)", () => {});'],
    ["docs/a.md", "the API under /home and /work, and https://example.com/home/page/"],
  ])("lets pass in %s: %s", (path, text) => {
    expect(forbiddenText([{ path, text }], TEXT_RULES)).toEqual([]);
  });
});
