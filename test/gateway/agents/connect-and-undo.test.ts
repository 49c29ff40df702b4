import { describe, expect, it } from "vitest";
import { decode } from "../../../src-gateway/agents/bytes.ts";
import { createAgentDesk } from "../../../src-gateway/agents/desk.ts";
import { editorOf } from "../../../src-gateway/agents/editors/editor-of.ts";
import { valueAt } from "../../../src-gateway/agents/json.ts";
import { type PlayedComputer, playComputer } from "../../support/agents/played-computer.ts";
import { filesOf, TARGET, TOKEN, WRITTEN } from "../../support/agents/target.ts";
import { BROKEN, UGLY } from "../../support/agents/ugly-files.ts";

const mint = () => Promise.resolve({ id: 7, token: TOKEN });
const deskOn = (computer: PlayedComputer) => createAgentDesk(computer.world, computer.dataDir);

/** Every value that was to be set is there. */
async function expectConnected(computer: PlayedComputer, recipe: (typeof WRITTEN)[number]): Promise<void> {
  for (const { path, format, edits } of await filesOf(computer, recipe)) {
    const bytes = computer.bytes(path);
    expect(bytes, `of ${path}`).not.toBeNull();
    const value = editorOf(format).parse(decode(bytes ?? new Uint8Array()).text);
    for (const edit of edits) {
      const wanted = edit.valueFrom ? valueAt(value, edit.path) : edit.value;
      expect(valueAt(value, edit.path), `${path} ${JSON.stringify(edit.path)}`).toEqual(wanted);
    }
  }
}

describe.each(WRITTEN.map((recipe) => [recipe.id, recipe] as const))("%s", (id, recipe) => {
  it("leaves no trace of a connection where there was no file, on any system", async () => {
    for (const platform of ["linux", "darwin", "win32"] as const) {
      const computer = playComputer(platform);
      const before = computer.snapshot();
      const desk = deskOn(computer);
      await desk.connect(id, TARGET, mint);
      await expectConnected(computer, recipe);
      for (const { path, edits } of await filesOf(computer, recipe)) {
        const hasSecret = edits.some(({ isSecret }) => isSecret);
        expect(computer.modeOf(path)).toBe(hasSecret ? 0o600 : 0o644);
      }
      await desk.disconnect(id);
      expect(computer.snapshot()).toEqual(before);
    }
  });

  it("gives every ugly file back byte for byte", async () => {
    const formats = (await filesOf(playComputer(), recipe)).map(({ format }) => format);
    const names = new Set(formats.flatMap((format) => Object.keys(UGLY[format])));
    for (const name of names) {
      const computer = playComputer();
      for (const { path, format } of await filesOf(computer, recipe)) {
        const text = UGLY[format][name];
        // One agent wants a list outside.
        const isList = recipe.id === "copilot-vscode" && format === "json";
        if (text !== undefined) computer.put(path, isList && text.trim() !== "" ? listed(text) : text, 0o640);
      }
      const before = computer.snapshot();
      const desk = deskOn(computer);
      await desk.connect(id, TARGET, mint);
      await expectConnected(computer, recipe);
      await desk.connect(id, { ...TARGET, baseUrl: "http://127.0.0.1:9999" }, mint);
      await desk.disconnect(id);
      expect(computer.snapshot(), `of ${name}`).toEqual(before);
    }
  });

  it("writes through links and keeps them, and the file's rights", async () => {
    const computer = playComputer();
    const [file] = await filesOf(computer, recipe);
    if (!file) throw new Error("it has no file");
    computer.put("/dotfiles/real", file.format === "json" && id === "copilot-vscode" ? "[]" : "", 0o600);
    computer.link("/dotfiles/step", "real");
    computer.link(file.path, "/dotfiles/step");
    const before = computer.snapshot();
    const desk = deskOn(computer);
    await desk.connect(id, TARGET, mint);
    expect(computer.text(file.path)).toBeNull();
    expect(computer.text("/dotfiles/real")).not.toBe("");
    expect(computer.modeOf("/dotfiles/real")).toBe(0o600);
    await desk.disconnect(id);
    expect(computer.snapshot()).toEqual(before);
  });

  it("touches nothing where a file cannot be read or may not be written", async () => {
    const formats = await filesOf(playComputer(), recipe);
    for (const [place, { format }] of formats.entries()) {
      const cases: [string | Uint8Array, number][] = [
        ...BROKEN[format].map((text): [string, number] => [text, 0o644]),
        ["", 0o444],
        [new Uint8Array([0xff, 0xfe, 0x41, 0]), 0o644],
      ];
      for (const [content, mode] of cases) {
        const computer = playComputer();
        const path = (await filesOf(computer, recipe))[place]?.path ?? "";
        computer.put(path, content, mode);
        const before = computer.snapshot();
        const asked: number[] = [];
        const refused = deskOn(computer).connect(id, TARGET, () =>
          Promise.resolve({ id: asked.push(1), token: TOKEN }),
        );
        await expect(refused).rejects.toThrow(path);
        expect(computer.snapshot()).toEqual(before);
        expect(asked).toEqual([]);
      }
    }
  });

  it("writes the key nowhere but into the agent's own files", async () => {
    const computer = playComputer();
    const desk = deskOn(computer);
    await desk.connect(id, TARGET, mint);
    const own = (await filesOf(computer, recipe)).map(({ path }) => path);
    const others = computer.paths().filter((path) => !own.includes(path));
    expect(others.filter((path) => computer.text(path)?.includes(TOKEN))).toEqual([]);
    const plan = await desk.plan(id, { ...TARGET, token: TOKEN, model: "other/model-2" });
    expect(JSON.stringify(plan)).not.toContain(TOKEN);
    expect(JSON.stringify(await desk.state(id))).not.toContain(TOKEN);
  });
});

const listed = (text: string): string => `${text.startsWith("\ufeff") ? "\ufeff" : ""}[${text.replace("\ufeff", "")}]`;
