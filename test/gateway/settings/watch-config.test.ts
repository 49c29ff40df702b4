import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { silentLogger } from "../../../src-gateway/lib/logger.ts";
import {
  type ConfigFileContent,
  type GatewayConfig,
  type ProviderConfig,
  type RouteConfig,
  SettingsError,
} from "../../../src-gateway/settings/types.ts";
import {
  type ConfigSource,
  type ConfigSourceOptions,
  createConfigSource,
} from "../../../src-gateway/settings/watch-config.ts";
import { settingsFolder } from "./settings-folder.ts";

const KINDS = new Set(["openai", "anthropic", "ollama"]);
const NOTHING: ConfigFileContent = { providers: [], routes: [], aliases: {} };
const alias = (model: string): string => `aliases: {fast: ${model}}\n`;

interface Watched {
  source: ConfigSource;
  changes: GatewayConfig[];
  problems: SettingsError[];
  /** Waits, but not longer than the second that was promised. */
  within(check: () => void): Promise<void>;
}

function watchConfig(configFile: string | null, more: Partial<ConfigSourceOptions> = {}): Watched {
  const changes: GatewayConfig[] = [];
  const problems: SettingsError[] = [];
  const source = createConfigSource({
    settings: { configFile, inline: NOTHING },
    kinds: KINDS,
    environmentProviders: [],
    log: silentLogger,
    onChange: (config) => void changes.push(config),
    onProblem: (error) => void problems.push(error),
    ...more,
  });
  source.start();
  onTestFinished(() => source.stop());
  return { source, changes, problems, within: (check) => vi.waitFor(check, { timeout: 1_000, interval: 5 }) };
}

describe("the watched file", () => {
  it("is in force within a second after it was written, and each version once", async () => {
    const path = settingsFolder().write("gateway.yaml", alias("a"));
    const { source, changes, within } = watchConfig(path);
    expect(source.current()).toMatchObject({ version: 1, aliases: { fast: "a" } });
    for (const [version, model] of [
      [2, "b"],
      [3, "c"],
    ] as const) {
      writeFileSync(path, alias(model));
      await within(() => expect(source.current()).toMatchObject({ version, aliases: { fast: model } }));
    }
    expect(changes.map(({ version }) => version)).toEqual([2, 3]);
  });

  it("may be replaced by another, as editors do", async () => {
    const folder = settingsFolder();
    const path = folder.write("gateway.yaml", alias("a"));
    const { source, problems, within } = watchConfig(path);
    for (const model of ["b", "c"]) {
      renameSync(folder.write("gateway.yaml.tmp", alias(model)), path);
      await within(() => expect(source.current().aliases).toEqual({ fast: model }));
    }
    expect(problems).toEqual([]);
  });

  it("may be a link into a folder that is swapped, as mounted configurations are", async () => {
    const folder = settingsFolder({ "..v1/gateway.yaml": alias("a"), "..v2/gateway.yaml": alias("b") });
    const inside = (name: string): string => join(folder.cwd, name);
    symlinkSync("..v1", inside("..data"));
    symlinkSync("..data/gateway.yaml", inside("gateway.yaml"));
    const { source, problems, within } = watchConfig(inside("gateway.yaml"));
    symlinkSync("..v2", inside("..data_tmp"));
    renameSync(inside("..data_tmp"), inside("..data"));
    await within(() => expect(source.current().aliases).toEqual({ fast: "b" }));
    expect(problems).toEqual([]);
  });

  it("may be a link to a file that changes elsewhere, where no event tells of it", async () => {
    const folder = settingsFolder();
    const target = folder.write("elsewhere/real.yaml", alias("a"));
    const link = join(folder.cwd, "gateway.yaml");
    symlinkSync(target, link);
    const { source, within } = watchConfig(link);
    writeFileSync(target, alias("b"));
    await within(() => expect(source.current().aliases).toEqual({ fast: "b" }));
  });

  it("may become a link to such a file while it is watched", async () => {
    const folder = settingsFolder();
    const path = folder.write("gateway.yaml", alias("a"));
    const target = folder.write("elsewhere/real.yaml", alias("b"));
    const { source, within } = watchConfig(path);
    rmSync(path);
    symlinkSync(target, path);
    await within(() => expect(source.current().aliases).toEqual({ fast: "b" }));
    writeFileSync(target, alias("c"));
    await within(() => expect(source.current().aliases).toEqual({ fast: "c" }));
  });

  it("is noticed in a folder in which another file never rests", async () => {
    const folder = settingsFolder();
    const path = folder.write("gateway.yaml", alias("a"));
    const busy = folder.write("ledger.db-wal", "");
    const { source, within } = watchConfig(path);
    writeFileSync(path, alias("b"));
    await within(() => {
      appendFileSync(busy, "x");
      appendFileSync(path, "");
      expect(source.current().aliases).toEqual({ fast: "b" });
    });
  });

  it("is no news when it is written again as it was", async () => {
    const folder = settingsFolder();
    const path = folder.write("gateway.yaml", alias("a"));
    const { source, changes, within } = watchConfig(path);
    writeFileSync(path, alias("a"));
    renameSync(folder.write("new", alias("a")), path);
    await source.reload();
    writeFileSync(path, alias("b"));
    await within(() => expect(source.current().aliases).toEqual({ fast: "b" }));
    expect(changes.map(({ version }) => version)).toEqual([2]);
  });
});

describe("a bad file", () => {
  it("at the start is refused", () => {
    const folder = settingsFolder({ "gateway.yaml": "providers: [{id: a, kind: unheard-of}]" });
    expect(() => watchConfig(join(folder.cwd, "gateway.yaml"))).toThrow(SettingsError);
    expect(() => watchConfig(join(folder.cwd, "absent.yaml"))).toThrow(/there is no such file/);
    expect(() => watchConfig(folder.cwd)).toThrow(/is no file/);
  });

  const bad: [string, (path: string) => void, RegExp][] = [
    ["written half", (path) => writeFileSync(path, "aliases: {fast: "), /gateway\.yaml:1: file: /],
    [
      "wrong",
      (path) => writeFileSync(path, "routes: [{match: a, targets: [nobody]}]"),
      /"nobody" is no configured provider/,
    ],
    ["emptied", (path) => truncateSync(path), /is empty/],
    ["deleted", (path) => unlinkSync(path), /there is no such file/],
    [
      "turned into a folder",
      (path) => {
        unlinkSync(path);
        mkdirSync(path);
      },
      /is no file/,
    ],
    ["no text", (path) => writeFileSync(path, Buffer.from([0xff, 0xfe, 0x61])), /is not UTF-8 text/],
  ];

  it.each(
    bad,
  )("later, when it is %s, leaves the last good one in force, is told once, and heals by itself", async (_, harm, text) => {
    const path = settingsFolder().write("gateway.yaml", alias("a"));
    const { source, changes, problems, within } = watchConfig(path);
    const before = source.current();
    harm(path);
    await within(() => expect(source.lastProblem()?.message).toMatch(text));
    expect(source.current()).toBe(before);

    rmSync(path, { recursive: true, force: true });
    await within(() => expect(problems.at(-1)?.message).toMatch(/no such file/));
    writeFileSync(path, alias("b"));
    await within(() => expect(source.current().aliases).toEqual({ fast: "b" }));
    expect(source.lastProblem()).toBeNull();
    expect(changes).toHaveLength(1);
    expect(problems.map(({ message }) => message)).toEqual([...new Set(problems.map(({ message }) => message))]);
  });

  it("is not told again and again while it stays as it is", async () => {
    const folder = settingsFolder();
    const path = folder.write("gateway.yaml", alias("a"));
    const { source, problems, within } = watchConfig(path);
    rmSync(path);
    await within(() => expect(source.lastProblem()).not.toBeNull());
    // Its name is one of those that mounted configurations use, so each change makes both look.
    const clock = watchConfig(folder.write("..clock.yaml", alias("t0")));
    for (const tick of ["1", "2", "3", "4", "5"]) {
      folder.write("..clock.yaml", alias(`t${tick}`));
      await clock.within(() => expect(clock.source.current().aliases).toEqual({ fast: `t${tick}` }));
    }
    expect(problems).toHaveLength(1);
  });

  it("that becomes what it was is told, so that nobody goes on seeing the problem", async () => {
    const path = settingsFolder().write("gateway.yaml", alias("a"));
    const { source, changes, within } = watchConfig(path);
    writeFileSync(path, "nonsense");
    await within(() => expect(source.lastProblem()).not.toBeNull());
    writeFileSync(path, alias("a"));
    await within(() => expect(source.lastProblem()).toBeNull());
    expect(changes).toMatchObject([{ version: 2, aliases: { fast: "a" } }]);
  });

  it("is also one that its user cannot use", async () => {
    const path = settingsFolder().write("gateway.yaml", alias("a"));
    const refusal = new SettingsError([{ where: "x", key: "y", problem: "z", hint: "" }]);
    const { source, problems } = watchConfig(path, {
      onChange: () => {
        throw refusal;
      },
    });
    const before = source.current();
    writeFileSync(path, alias("b"));
    await source.reload();
    expect(source.current()).toBe(before);
    expect(problems).toEqual([refusal]);
  });
});

describe("reload", () => {
  it("takes the file at once, without a watcher", async () => {
    const path = settingsFolder().write("gateway.yaml", alias("a"));
    const { source, changes } = watchConfig(path);
    source.stop();
    writeFileSync(path, alias("b"));
    await source.reload();
    expect(changes).toMatchObject([{ version: 2, aliases: { fast: "b" } }]);
  });

  it("tells a problem each time it is asked for", async () => {
    const path = settingsFolder().write("gateway.yaml", alias("a"));
    const { source, problems } = watchConfig(path);
    source.stop();
    writeFileSync(path, "nonsense");
    await source.reload();
    await source.reload();
    expect(problems).toHaveLength(2);
  });

  it("does nothing without a file", async () => {
    const { source, changes } = watchConfig(null);
    await source.reload();
    expect(source.current().version).toBe(1);
    expect(changes).toEqual([]);
  });
});

describe("a watcher", () => {
  /** What a watcher that was not closed would add to; folders that are watched are counted on Linux only. */
  const open = (): number[] => {
    const timers = process.getActiveResourcesInfo().filter((name) => /FSEvent|Timeout|Immediate/i.test(name));
    if (process.platform !== "linux") return [timers.length];
    const infos = readdirSync("/proc/self/fdinfo").map((name) => join("/proc/self/fdinfo", name));
    // The folder's own entry is gone by the time it is read.
    const watches = infos.filter(existsSync).flatMap((path) => readFileSync(path, "utf8").match(/^inotify wd/gm) ?? []);
    return [timers.length, infos.length, watches.length];
  };

  it("leaves nothing behind when it is stopped, however often it was started", async () => {
    const path = settingsFolder().write("gateway.yaml", alias("a"));
    const { source } = watchConfig(path);
    source.stop();
    const before = open();
    for (let round = 0; round < 50; round++) {
      source.start();
      source.start();
      writeFileSync(path, alias(`m${round}`));
      source.stop();
      source.stop();
    }
    await vi.waitFor(() => expect(open()).toEqual(before));
    expect(source.current().version).toBe(1);
  });
});

describe("what is in force", () => {
  const provider = (id: string, more: Partial<ProviderConfig> = {}): ProviderConfig => ({
    id,
    kind: id,
    where: "env X",
    ...more,
  });
  const route = (match: string, target: string): RouteConfig => ({
    match,
    strategy: "single",
    targets: [{ provider: target }],
    where: "env R",
  });

  it("is the file, then settings, then the environment; each provider once", () => {
    const path = settingsFolder().write(
      "gateway.yaml",
      "providers: [{id: openai, kind: openai, credential: env:FILE}]\nroutes: [{match: a, targets: [ollama]}]\naliases: {x: file}",
    );
    const { source } = watchConfig(path, {
      settings: {
        configFile: path,
        inline: {
          providers: [provider("openai"), provider("anthropic")],
          routes: [route("b", "anthropic")],
          aliases: { x: "inline", y: "inline" },
        },
      },
      environmentProviders: [provider("anthropic", { where: "env Y" }), provider("ollama")],
    });
    const { providers, routes, aliases } = source.current();
    expect(providers.map(({ id, where }) => [id, where])).toEqual([
      ["openai", `${path}:1`],
      ["anthropic", "env X"],
      ["ollama", "env X"],
    ]);
    expect(routes.map(({ match }) => match)).toEqual(["a", "b"]);
    expect(aliases).toEqual({ x: "file", y: "inline" });
  });

  it("leaves out routes of settings to a provider that has no key, but refuses a name that nobody has", () => {
    const withRoutes = (...routes: RouteConfig[]): GatewayConfig =>
      watchConfig(null, {
        settings: { configFile: null, inline: { ...NOTHING, routes } },
        environmentProviders: [provider("anthropic")],
      }).source.current();
    expect(
      withRoutes(route("gpt*", "openai"), route("claude*", "anthropic"), route("*", "loopback")).routes.map(
        ({ match }) => match,
      ),
    ).toEqual(["claude*", "*"]);
    expect(() => withRoutes(route("gpt*", "opnai"))).toThrow(
      /^env R: routes: "opnai" is no provider \(did you mean openai\?/,
    );
  });

  it("does not hold a provider that is the gateway itself", () => {
    const listeners = [{ name: "facade", host: "127.0.0.1", port: 8081, endpoints: [] }];
    const { source } = watchConfig(null, {
      settings: { configFile: null, inline: NOTHING, listeners },
      environmentProviders: [
        provider("openai", { baseUrl: "http://localhost:8081/v1" }),
        provider("ollama", { baseUrl: "http://localhost:11434" }),
      ],
    });
    expect(source.current().providers.map(({ id }) => id)).toEqual(["ollama"]);
  });
});
