import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CliHome, newHome } from "./run-cli.ts";

let home: CliHome;
beforeAll(() => {
  home = newHome();
});
afterAll(() => home.remove());

/** What a shell offers after these words; the last one is what is being typed. */
type Complete = (words: string[]) => string[];

const hasShell = (name: string): boolean => spawnSync(name, ["--version"]).status === 0;

function run(shell: string, script: string): string[] {
  const { stdout, stderr, status } = spawnSync(shell, ["-c", script], { encoding: "utf8", cwd: home.path });
  if (status !== 0 || stderr !== "") throw new Error(`${shell} said: ${stderr}`);
  return stdout.split("\n").filter((line) => line !== "");
}
const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const ask: Record<string, (source: string) => Complete> = {
  bash: (source) => (words) =>
    run(
      "bash",
      `${source}\nCOMP_WORDS=(gateway ${words.map(quote).join(" ")})\nCOMP_CWORD=${words.length}\n_gateway\nprintf '%s\\n' "\${COMPREPLY[@]}"`,
    ),
  fish: (source) => (words) =>
    run("fish", `${source}\ncomplete -C ${quote(`gateway ${words.join(" ")}`)} | string replace -r '\\t.*' ''; true`),
  zsh: (source) => (words) =>
    run(
      "zsh",
      `compdef() { :; }\ncompadd() { shift; print -l -- "$@"; }\n_files() { :; }\n${source}\nwords=(gateway ${words.map(quote).join(" ")})\nCURRENT=${words.length + 1}\n_gateway`,
    ).filter((word) => word.startsWith(words.at(-1) ?? "")),
};

describe.each(["bash", "zsh", "fish"])("completion in %s", (shell) => {
  it(`offers what may follow (needs ${shell})`, async ({ skip }) => {
    if (!hasShell(shell)) skip(`no ${shell} on this machine`);
    const { code, out } = await home.run(["completion", shell]);
    expect(code).toBe(0);
    const complete = ask[shell]!(out);
    expect(complete([""])).toEqual(
      expect.arrayContaining(["init", "doctor", "admin", "usage", "logs", "models", "config", "console"]),
    );
    expect(complete(["ad"])).toEqual(["admin"]);
    expect(complete(["admin", ""])).toEqual(expect.arrayContaining(["users", "api-keys"]));
    expect(complete(["admin", "users", ""])).toEqual(expect.arrayContaining(["list", "create", "suspend", "activate"]));
    expect(complete(["admin", "users", ""])).not.toContain("status");
    expect(complete(["admin", "users", ""])).not.toContain("users");
    expect(complete(["logs", "--fol"])).toEqual(["--follow"]);
    expect(complete(["usage", "--by", ""])).toEqual(expect.arrayContaining(["model", "agent", "day"]));
    expect(complete(["usage", "--by", "pro"])).toEqual(["project", "provider"]);
    // The value of an option is no command.
    expect(complete(["--data-dir", "admin", "config", ""])).toEqual(expect.arrayContaining(["show", "validate"]));
    expect(complete(["-o", "y"])).toEqual(["yaml"]);
    expect(complete(["completion", ""])).toEqual(expect.arrayContaining(["bash", "zsh", "fish"]));
  });
});

describe("completion", () => {
  it("of a shell that is not known is refused", async () => {
    expect(await home.run(["completion", "tcsh"])).toMatchObject({ code: 2 });
  });
});
