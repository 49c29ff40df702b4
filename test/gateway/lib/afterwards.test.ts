import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Afterwards } from "../../../src-gateway/lib/afterwards.ts";

describe("what can wait", () => {
  it("is done a moment later, in its order", async () => {
    const done: number[] = [];
    const work = new Afterwards<number>((item) => void done.push(item));
    work.add(1);
    work.add(2);
    expect(done).toEqual([]);
    await expect.poll(() => done).toEqual([1, 2]);
    work.add(3);
    await expect.poll(() => done).toEqual([1, 2, 3]);
    work.stop();
  });

  it("is done at once where somebody asks for it, and once", async () => {
    const done: number[] = [];
    const work = new Afterwards<number>((item) => void done.push(item));
    work.add(1);
    work.doNow();
    work.add(2);
    work.stop();
    expect(done).toEqual([1, 2]);
    // Also where there are more than should wait.
    const many = Array.from({ length: 1_000 }, (_, n) => n);
    const found: number[] = [];
    const more = new Afterwards<number>((item) => void found.push(item));
    for (const n of many) more.add(n);
    expect(found.length).toBeGreaterThan(700);
    more.stop();
    expect(found).toEqual(many);
  });

  it("is done when the process ends before", () => {
    const module = JSON.stringify(join(import.meta.dirname, "../../../src-gateway/lib/afterwards.ts"));
    const program = `import { Afterwards } from ${module};
      process.on("exit", () => console.log("the last line"));
      new Afterwards((item) => console.log(item)).add("kept");
      process.exit(0);`;
    const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" });
    expect(stdout).toBe("kept\nthe last line\n");
  });
});
