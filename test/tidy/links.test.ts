import { existsSync } from "node:fs";
import { join, posix } from "node:path";
import { describe, expect, it } from "vitest";
import { listFiles, type ProjectFile, projectRoot, readProjectFile } from "./project-files.ts";

const pages = ["README.md", ...listFiles("docs", "src-gateway", "src-main", "src-renderer", "test", "deploy")]
  .filter((path) => path.endsWith(".md") && !path.startsWith("test/fixtures/"))
  .map(readProjectFile);

/** Headings as they are linked to. */
function anchorsOf(markdown: string): string[] {
  const headings = markdown.replaceAll(/```[\s\S]*?```/g, "").matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(/\s/g, "-"),
  );
}

/** Links within the tree that lead nowhere. */
function brokenLinks({ path, text }: ProjectFile): string[] {
  const links = text.replaceAll(/```[\s\S]*?```|`[^`\n]*`/g, "").matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g);
  return [...links].flatMap(([, link = ""]) => {
    const [file = "", anchor] = link.split("#");
    const target = file === "" ? path : posix.join(posix.dirname(path), file);
    if (!existsSync(join(projectRoot, target))) return [`${path} links to ${link}, which does not exist`];
    if (anchor === undefined || !target.endsWith(".md")) return [];
    const headings = anchorsOf(target === path ? text : readProjectFile(target).text);
    return headings.includes(anchor) ? [] : [`${path} links to ${link}, where there is no such heading`];
  });
}

describe("the documentation", () => {
  it("links to what exists", () => {
    expect(pages.length).toBeGreaterThan(2);
    expect(pages.flatMap(brokenLinks)).toEqual([]);
  });

  it("would be caught linking to what does not", () => {
    const page = (text: string): ProjectFile => ({ path: "README.md", text });
    expect(brokenLinks(page("[a](docs/absent.md)"))).toHaveLength(1);
    expect(brokenLinks(page("[a](#no-such-heading)"))).toHaveLength(1);
    expect(brokenLinks(page("[a](LICENSE) [b](https://example.com/x) `[c](absent)`"))).toEqual([]);
  });
});
