import { describe, expect, it } from "vitest";
import { LIST_PATH, readMeasuredFiles, type SizeList, sizeProblems } from "./file-size.ts";
import { readProjectFile } from "./project-files.ts";

describe("file sizes", () => {
  it("do not grow", () => {
    const list = JSON.parse(readProjectFile(LIST_PATH).text) as SizeList;
    expect(sizeProblems(readMeasuredFiles(), list)).toEqual([]);
  });

  const file = (path: string, lines: number) => ({ path, text: "x\n".repeat(lines) });

  it("are held for a large file, and asked back when it shrinks", () => {
    const list = { "src-gateway/a.ts": 300 };
    expect(sizeProblems([file("src-gateway/a.ts", 300)], list)).toEqual([]);
    expect(sizeProblems([file("src-gateway/a.ts", 301)], list)[0]).toContain("has grown from 300 to 301 lines");
    expect(sizeProblems([file("src-gateway/a.ts", 299)], list)[0]).toContain("lower its number");
    expect(sizeProblems([file("src-gateway/a.ts", 150)], list)[0]).toContain("is small now");
    expect(sizeProblems([], list)[0]).toContain("is gone");
  });

  it("have a limit for a new file, wider for tests", () => {
    expect(sizeProblems([file("src-gateway/a.ts", 250), file("test/a.test.ts", 400)], {})).toEqual([]);
    expect(sizeProblems([file("src-gateway/a.ts", 251)], {})).toHaveLength(1);
    expect(sizeProblems([file("test/a.test.ts", 401)], {})).toHaveLength(1);
  });
});
