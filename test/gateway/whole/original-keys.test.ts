import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { startTestGateway } from "../../support/gateway.ts";
import { newHome } from "../cli/run-cli.ts";

const KEY = "sk-planted-0123456789abcdef";
const env = { TOKLIGENCE_SECRET_STORE: "file" };

/** All that is in a folder, as one text. */
const everything = (folder: string): string =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
    .join("\n");

it("keys that were moved leave their files on agreement, and come back byte for byte", {
  timeout: 60_000,
}, async () => {
  const home = newHome();
  const rc = `# mine\r\nexport DEEPSEEK_API_KEY="${KEY}-one" # keep\r\nalias ll='ls -l'\r\n`;
  const env2 = `GROQ_API_KEY=${KEY}-two\nOTHER=${KEY}-unknown`;
  mkdirSync(join(home.path, ".qwen"));
  writeFileSync(join(home.path, ".zshrc"), rc);
  chmodSync(join(home.path, ".zshrc"), 0o640);
  writeFileSync(join(home.path, ".qwen/.env"), env2);
  try {
    // What the gateway does not keep is none of its business.
    expect((await home.run(["secret", "remove-originals", "--yes"], env)).err).toContain("No key of the gateway");
    expect(await home.run(["secret", "move", "--yes"], env)).toMatchObject({ code: 0 });
    expect(await home.run(["secret", "remove-originals"], env)).toMatchObject({ code: 2 });
    expect(readFileSync(join(home.path, ".zshrc"), "utf8")).toBe(rc);
    const out = await home.run(["secret", "remove-originals", "--yes"], env);
    expect(out).toMatchObject({ code: 0 });
    expect(out.out).toContain("~/.zshrc: DEEPSEEK_API_KEY is out, kept as secret:deepseek");
    expect(out.err).toContain("+++ ~/.zshrc");
    expect(out.out + out.err).not.toContain("planted");
    const changed = readFileSync(join(home.path, ".zshrc"), "utf8");
    expect(changed).toMatch(/^# mine\r\n: # DEEPSEEK_API_KEY is kept .*\r\nalias ll='ls -l'\r\n$/);
    expect(statSync(join(home.path, ".zshrc")).mode & 0o777).toBe(0o640);
    const dotenv = readFileSync(join(home.path, ".qwen/.env"), "utf8");
    expect(dotenv).not.toContain(`${KEY}-two`);
    expect(dotenv).toContain(`OTHER=${KEY}-unknown`);
    expect(everything(home.dataDir)).not.toContain("planted");
    writeFileSync(join(home.path, ".zshrc"), `${changed}export NEW=1\r\n`);
    const back = await home.run(["secret", "remove-originals", "--undo"], env);
    expect(back).toMatchObject({ code: 0 });
    expect(readFileSync(join(home.path, ".zshrc"), "utf8")).toBe(`${rc}export NEW=1\r\n`);
    expect(readFileSync(join(home.path, ".qwen/.env"), "utf8")).toBe(env2);
    expect((await home.run(["secret", "remove-originals", "--undo"], env)).err).toContain("Nothing had been taken out");
  } finally {
    home.remove();
  }
});

it("nobody takes keys out of files over the network", async () => {
  const gateway = await startTestGateway({ env: { ...env, HOME: "/nonexistent" } });
  try {
    const headers = { authorization: `Bearer ${gateway.key}`, "content-type": "application/json" };
    const at = (path: string): string => `${gateway.url}/api/v1/found-keys/originals${path}`;
    expect(await (await fetch(at(""), { headers })).json()).toEqual({ files: [], removed: [] });
    for (const [path, body] of [
      ["/remove", { ids: [".zshrc:1|DEEPSEEK_API_KEY"] }],
      ["/restore", {}],
    ] as const)
      expect((await fetch(at(path), { method: "POST", headers, body: JSON.stringify(body) })).status).toBe(403);
  } finally {
    await gateway.stop();
  }
});
