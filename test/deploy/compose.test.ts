/** The compose files and the Dockerfile, as far as they can be judged without Docker. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { loadSettings } from "../../src-gateway/settings/load-settings.ts";

const deploy = fileURLToPath(new URL("../../deploy/", import.meta.url));
const read = (name: string): string => readFileSync(join(deploy, name), "utf8");

const Environment = z.record(z.string(), z.union([z.string(), z.null()]));
const Healthcheck = z.strictObject({
  test: z.array(z.string()).min(2),
  interval: z.string(),
  timeout: z.string(),
  retries: z.number(),
});
/** Of what Compose knows, what these files use: a misspelt name is no name. */
const Service = z.strictObject({
  image: z.string(),
  build: z.strictObject({ context: z.string(), dockerfile: z.string() }).optional(),
  restart: z.literal("unless-stopped"),
  init: z.boolean().optional(),
  stop_grace_period: z.string().optional(),
  environment: Environment.optional(),
  ports: z.array(z.string().regex(/:\d+$/)).optional(),
  volumes: z.array(z.string().regex(/^[\w./-]+:\/[\w./-]+(?::ro)?$/)).optional(),
  read_only: z.boolean().optional(),
  tmpfs: z.array(z.string()).optional(),
  cap_drop: z.array(z.string()).optional(),
  security_opt: z.array(z.string()).optional(),
  depends_on: z.record(z.string(), z.strictObject({ condition: z.literal("service_healthy") })).optional(),
  healthcheck: Healthcheck.optional(),
  networks: z.array(z.string()).optional(),
  command: z.array(z.string()).optional(),
});
const Compose = z.strictObject({
  name: z.string(),
  services: z.record(z.string(), Service),
  volumes: z.record(z.string(), z.null()),
  networks: z.record(z.string(), z.any()).optional(),
});
type Compose = z.infer<typeof Compose>;

function compose(name: string, env: Record<string, string> = {}): Compose {
  const text = read(name).replaceAll(
    /\$\{(\w+)(:-|:\?)([^}]*)\}/g,
    (_all, variable: string, sign: string, word: string) => {
      const value = env[variable] ?? "";
      if (value === "" && sign === ":?") throw new Error(`${variable}: ${word}`);
      return value === "" ? word : value;
    },
  );
  const { "x-gateway": _shared, ...file } = parse(text, { merge: true }) as Record<string, unknown>;
  return Compose.parse(file);
}

const SECRETS = {
  POSTGRES_PASSWORD: "p0stgres",
  REDIS_PASSWORD: "r3dis",
  TOKLIGENCE_AUTH_SECRET: "x".repeat(64),
  TOKLIGENCE_SECRET_KEY: Buffer.alloc(32, 9).toString("base64"),
  TOKLIGENCE_ADMIN_EMAIL: "admin@example.com",
};
const settingsOf = (environment: Record<string, string | null> | undefined) =>
  loadSettings({
    env: Object.fromEntries(Object.entries(environment ?? {}).map(([name, value]) => [name, value ?? ""])),
    argv: { dataDir: tmpdir() },
    cwd: tmpdir(),
    homeDir: tmpdir(),
  });
const seconds = (text: string): number => Number(/^(\d+)m$/.exec(text)?.[1]) * 60;

describe.each([
  ["single.yaml", {}],
  ["team.yaml", SECRETS],
])("%s", (name, env) => {
  const file = compose(`compose/${name}`, env);

  it("names only services, networks, volumes and files that are there", () => {
    for (const { depends_on, networks, volumes, build } of Object.values(file.services)) {
      for (const other of Object.keys(depends_on ?? {}))
        expect(file.services[other]?.healthcheck ?? file.services[other]?.build).toBeDefined();
      for (const network of networks ?? []) expect(Object.keys(file.networks ?? {})).toContain(network);
      for (const [from = ""] of (volumes ?? []).map((volume) => volume.split(":"))) {
        expect(from.startsWith(".") ? existsSync(join(deploy, "compose", from)) : from in file.volumes).toBe(true);
      }
      expect(!build || existsSync(join(deploy, "compose", build.context, build.dockerfile))).toBe(true);
    }
  });

  it("gives its gateways settings that they know, and time to end", () => {
    const gateways = Object.values(file.services).filter(({ build }) => build !== undefined);
    expect(gateways.length).toBeGreaterThan(0);
    for (const { environment, stop_grace_period } of gateways) {
      const { notices, timeouts } = settingsOf(environment);
      expect(notices).toEqual([]);
      expect(seconds(stop_grace_period ?? "") * 1000).toBeGreaterThan(timeouts.stopDelayMs + timeouts.drainMs + 10_000);
    }
  });

  it("opens no port beyond this machine unless told to, and gives no more rights than needed", () => {
    for (const { ports, build, read_only, cap_drop, security_opt } of Object.values(file.services)) {
      for (const port of ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
      const rights = { read_only: true, cap_drop: ["ALL"], security_opt: ["no-new-privileges:true"] };
      expect(build ? { read_only, cap_drop, security_opt } : rights).toEqual(rights);
    }
  });

  it("is understood by Docker Compose", (context) => {
    if (spawnSync("docker", ["compose", "version"]).status !== 0) return context.skip("no Docker Compose here");
    const { status, stderr } = spawnSync("docker", ["compose", "-f", join(deploy, "compose", name), "config", "-q"], {
      env: { PATH: process.env["PATH"], HOME: tmpdir(), ...env },
      encoding: "utf8",
    });
    expect({ status, stderr }).toMatchObject({ status: 0 });
  });
});

describe("the team's file", () => {
  it("does not start without its secrets", () => {
    for (const missing of Object.keys(SECRETS))
      expect(() => compose("compose/team.yaml", { ...SECRETS, [missing]: "" })).toThrow(missing);
    const example = read("compose/team.env.example");
    for (const name of Object.keys(SECRETS)) expect(example).toMatch(new RegExp(`^${name}=`, "m"));
  });

  it("has two gateways that share all they have to, and believe nginx", () => {
    const { services, networks } = compose("compose/team.yaml", SECRETS);
    const [one, two] = [services["gateway-1"]?.environment, services["gateway-2"]?.environment];
    expect(one).toEqual(two);
    const settings = settingsOf(one);
    expect(settings).toMatchObject({
      ledgerUrl: expect.stringMatching(/^postgres:/),
      configuration: { source: "database" },
    });
    const { inside } = networks as { inside: { ipam: { config: { subnet: string }[] } } };
    expect(settings.signIn.trustedProxies).toEqual(inside.ipam.config.map(({ subnet }) => subnet));
    expect(services["nginx"]?.networks).toEqual(["inside"]);
  });
});

describe("the Dockerfile", () => {
  const lines = read("docker/Dockerfile")
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  const stages = lines.join("\n").split(/^(?=FROM )/m);
  const last = stages.at(-1) ?? "";

  it("has instructions that Docker knows, in stages that are there", () => {
    for (const line of lines)
      expect(line).toMatch(/^(?:FROM|WORKDIR|COPY|RUN|ENV|VOLUME|EXPOSE|USER|HEALTHCHECK|STOPSIGNAL|ENTRYPOINT) \S/);
    const names = stages.flatMap((stage) => /^FROM .* AS (\w+)/.exec(stage)?.[1] ?? []);
    for (const [, from] of lines.join("\n").matchAll(/--from=(\w+)/g)) expect(names).toContain(from);
    for (const file of ["config/tooling/make-package.ts", "package.json", "package-lock.json"])
      expect(existsSync(join(deploy, "..", file))).toBe(true);
  });

  it("ends as nobody in particular, with a look at its health and a signal that is understood", () => {
    const instructions = last.split("\n").map((line) => line.split(" ")[0]);
    expect(last).toMatch(/^USER 10001:10001$/m);
    expect(last.split("\n").findIndex((line) => line.startsWith("USER "))).toBeGreaterThan(
      last.split("\n").findLastIndex((line) => line.startsWith("RUN ")),
    );
    expect(instructions).toEqual(expect.arrayContaining(["HEALTHCHECK", "ENTRYPOINT", "VOLUME", "EXPOSE"]));
    expect(last).toMatch(/^STOPSIGNAL SIGTERM$/m);
    expect(last).toMatch(/^ENTRYPOINT \["gatewayd"\]$/m);
  });

  it("is of images with a version, builds on the builder's own processor, and takes no secret", () => {
    for (const [, image] of lines.join("\n").matchAll(/^FROM (?:--platform=\S+ )?(\S+)/gm))
      expect(image).toMatch(/:\d+/);
    expect(stages[0]).toContain("--platform=$BUILDPLATFORM");
    expect(lines.join("\n")).not.toMatch(/(?:KEY|SECRET|PASSWORD|TOKEN)=/i);
    const ignored = readFileSync(join(deploy, "../.dockerignore"), "utf8").split("\n");
    expect(ignored).toEqual(expect.arrayContaining([".git", "node_modules", "dist", "**/.env*"]));
  });

  it("looks at the gateway with the words that a probe needs", () => {
    const script = (JSON.parse(/CMD (\[.*\])$/m.exec(last)?.[1] ?? "[]") as string[])[2] ?? "";
    const look = (port: number) =>
      spawnSync(process.execPath, ["-e", script], { env: { TOKLIGENCE_FACADE_PORT: String(port) } });
    // Nobody listens there.
    expect(look(1).status).toBe(1);
    expect(look(1).stderr.toString()).toBe("");
  });
});
