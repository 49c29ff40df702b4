import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ENDPOINT_KEYS } from "../../../src-gateway/settings/types.ts";
import { settingsFolder } from "./settings-folder.ts";

describe("with nothing set", () => {
  it("everything has its standard", () => {
    const folder = settingsFolder();
    const dataDir = join(folder.homeDir, ".tokligence");
    const { explained, ...settings } = folder.load();
    expect(settings).toEqual({
      environment: "dev",
      dataDir,
      configFile: null,
      listeners: [{ name: "facade", host: "127.0.0.1", port: 8081, endpoints: [...ENDPOINT_KEYS] }],
      allowedHosts: [],
      allowedOrigins: [],
      ledgerUrl: join(dataDir, "ledger.db"),
      identityUrl: join(dataDir, "ledger.db"),
      pool: { maxOpen: 10, maxIdle: 10, maxLifetimeMs: 3_600_000, maxIdleMs: 600_000 },
      adminEmail: "admin@local",
      signIn: {
        publicUrl: null,
        trustedProxies: [],
        session: { lifetimeMs: 43_200_000, idleMs: 14_400_000 },
        smtp: null,
      },
      hooks: { isOff: false, script: null, errorRatePercent: 25 },
      audit: { retentionDays: 0 },
      authDisabled: false,
      authSecret: null,
      statementKeyFile: null,
      logLevel: "info",
      logFile: null,
      logFileCli: null,
      maxBodyBytes: 67_108_864,
      timeouts: {
        connectMs: 10_000,
        firstByteMs: 600_000,
        idleMs: 300_000,
        keepAliveMs: 10_000,
        clientHeadersMs: 15_000,
        clientBodyMs: 120_000,
        clientStallMs: 120_000,
        stopDelayMs: 0,
        drainMs: 30_000,
      },
      health: { failures: 5, openMs: 10_000, maxOpenMs: 300_000, keyRestMs: 300_000, probeIntervalMs: 0 },
      onClientAbort: "abort",
      workMode: "auto",
      admission: {
        maxInFlight: 0,
        maxInFlightBytes: 0,
        maxWaiting: 1000,
        queueTimeoutMs: 60_000,
        queueMode: "hybrid",
      },
      retry: { maxAttempts: 4, totalMs: 3_600_000, maxWaitMs: 60_000, baseMs: 250, maxMs: 8_000 },
      retryJoin: { isOn: true, runningMs: 600_000, finishedMs: 60_000, graceMs: 0, totalBytes: 33_554_432 },
      runaway: { mode: "warn", repeats: [3, 4, 5], tokensPerMinute: 0 },
      network: {
        httpProxy: null,
        httpsProxy: null,
        noProxy: [],
        mayAskSystem: true,
        caFile: null,
        nodeCaFile: null,
        useSystemCa: false,
      },
      disk: { minFreeBytes: 67_108_864 },
      ownCounts: { mode: "off", estimatesMissing: false },
      telemetry: {
        accessLog: true,
        rotation: { maxBytes: 314_572_800, daily: true, keep: 14, compress: true },
        gatewayHeaders: true,
        metrics: { token: null, maxModels: 200 },
        otel: null,
        propagatesTrace: false,
      },
      updates: { baseUrl: null, offBecause: "base_url is not set", isUnwanted: false },
      configuration: {
        source: "file",
        secrets: { store: "auto", key: null, previousKey: null },
        allowMetadataAddresses: false,
      },
      redis: null,
      responsesWebsocket: true,
      responsesKeepDays: 30,
      requestLog: {
        bodies: "metadata",
        bodiesFor: [],
        maxBodyBytes: 4_194_304,
        retentionDays: 30,
        retentionBytes: 10_737_418_240,
      },
      prices: { file: null, updateUrl: null },
      clickhouse: null,
      inline: { providers: [], routes: [], aliases: {} },
      notices: [],
    });
    expect(explained.every(({ source }) => source === "default")).toBe(true);
  });
});

describe("the layers", () => {
  const key = (layer: number) => ({ text: `facade_port = ${9000 + layer}\n`, port: 9000 + layer });

  it("win in the order setting.ini, overlay, environment, flag, for any choice of them", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), ([file, overlay, env, flag]) => {
        const folder = settingsFolder({ "config/setting.ini": "environment = test\n" });
        if (file) folder.write("config/setting.ini", `environment = test\n${key(1).text}`);
        if (overlay) folder.write("config/test/gateway.ini", key(2).text);
        const settings = folder.load({
          env: env ? { TOKLIGENCE_FACADE_PORT: String(key(3).port) } : {},
          argv: flag ? { port: key(4).port } : {},
        });
        const expected = flag ? 9004 : env ? 9003 : overlay ? 9002 : file ? 9001 : 8081;
        expect(settings.listeners[0]?.port).toBe(expected);
        const source = settings.explained.find((each) => each.key === "facade_port")?.source;
        const folderOf = (name: string) => join(folder.cwd, "config", name);
        expect(source).toBe(
          flag
            ? "--port"
            : env
              ? "env TOKLIGENCE_FACADE_PORT"
              : overlay
                ? `${folderOf("test/gateway.ini")}:1`
                : file
                  ? `${folderOf("setting.ini")}:2`
                  : "default",
        );
      }),
      { numRuns: 16 },
    );
  });

  it.each(["TOKLIGENCE_ENV", "TOKLIGENCE_ENVIRONMENT"])("%s chooses the overlay before setting.ini does", (name) => {
    const folder = settingsFolder({
      "config/setting.ini": "environment=dev",
      "config/dev/gateway.ini": "host=127.0.0.2",
      "config/live/gateway.ini": "host=127.0.0.3",
    });
    expect(folder.load({ env: { [name]: "live" } })).toMatchObject({
      environment: "live",
      listeners: [{ host: "127.0.0.3" }],
    });
    expect(folder.load({ env: { [name]: "" } })).toMatchObject({
      environment: "dev",
      listeners: [{ host: "127.0.0.2" }],
    });
  });

  it("an overlay cannot say that another overlay is read", () => {
    const folder = settingsFolder({ "config/setting.ini": "", "config/dev/gateway.ini": "environment=live" });
    const { environment, notices } = folder.load();
    expect(environment).toBe("dev");
    expect(notices[0]?.text).toContain("which overlay");
  });

  it("an empty value, in a file or a variable, is the same as none", () => {
    const folder = settingsFolder({ "config/setting.ini": "facade_port=\nledger_path=\n" });
    const settings = folder.load({ env: { TOKLIGENCE_DATA_DIR: "", TOKLIGENCE_ADMIN_EMAIL: " " } });
    expect(settings).toMatchObject({ dataDir: join(folder.homeDir, ".tokligence"), adminEmail: "admin@local" });
    expect(settings.listeners[0]?.port).toBe(8081);
  });

  it("the last of two equal keys wins, and a notice names the line", () => {
    const folder = settingsFolder({ "config/setting.ini": "host=127.0.0.2\nHOST=127.0.0.3" });
    const settings = folder.load();
    expect(settings.listeners[0]?.host).toBe("127.0.0.3");
    expect(settings.notices).toEqual([
      {
        where: `${join(folder.cwd, "config/setting.ini")}:2`,
        text: '"host" stands twice in this file; the last one counts',
      },
    ]);
  });
});

describe("files", () => {
  it.each([
    "setting.ini",
    "settings.ini",
  ])("config/%s is read from the data folder when the working directory has none", (name) => {
    const folder = settingsFolder({ [`data/config/${name}`]: "admin_email=a@b.example" });
    expect(folder.load({ argv: { dataDir: "data" } })).toMatchObject({
      dataDir: join(folder.cwd, "data"),
      adminEmail: "a@b.example",
    });
  });

  it("the data folder is the one in the home folder when its variable is empty", () => {
    const folder = settingsFolder();
    mkdirSync(join(folder.homeDir, ".tokligence/config"), { recursive: true });
    writeFileSync(join(folder.homeDir, ".tokligence/config/settings.ini"), "admin_email=a@b.example");
    for (const value of ["", " ", undefined]) {
      expect(folder.load({ env: { TOKLIGENCE_DATA_DIR: value } }).adminEmail).toBe("a@b.example");
    }
  });

  it("a folder config that belongs to another program is not taken for ours", () => {
    const folder = settingsFolder({ "config/app.toml": "", "data/config/setting.ini": "admin_email=a@b.example" });
    expect(folder.load({ env: { TOKLIGENCE_DATA_DIR: "data" } }).adminEmail).toBe("a@b.example");
  });

  it.each([
    "gateway.yaml",
    "gateway.yml",
    "gateway.json",
  ])("%s is found in the config folder, then in the data folder", (name) => {
    const folder = settingsFolder({ [`data/${name}`]: "{}" });
    expect(folder.load({ argv: { dataDir: "data" } }).configFile).toBe(join(folder.cwd, "data", name));
    folder.write(`config/${name}`, "{}");
    expect(folder.load({ argv: { dataDir: "data" } }).configFile).toBe(join(folder.cwd, "config", name));
  });

  it("gateway.yaml is found in a data folder that setting.ini names", () => {
    const folder = settingsFolder({ "config/setting.ini": "data_dir=~/state" });
    mkdirSync(join(folder.homeDir, "state"));
    writeFileSync(join(folder.homeDir, "state/gateway.yaml"), "{}");
    expect(folder.load().configFile).toBe(join(folder.homeDir, "state/gateway.yaml"));
  });

  it("--config FILE.yaml is the file with providers", () => {
    const folder = settingsFolder({ "config/gateway.yaml": "{}", "mine.yml": "{}" });
    expect(folder.load({ argv: { configFile: "mine.yml" } }).configFile).toBe(join(folder.cwd, "mine.yml"));
  });

  it("--config FILE.ini takes the place of setting.ini, with the overlay beside it", () => {
    const folder = settingsFolder({
      "config/setting.ini": "admin_email=wrong@b.example",
      "etc/gw.ini": "admin_email=a@b.example\nenvironment=live",
      "etc/live/gateway.ini": "host=::1",
      "etc/gateway.yaml": "{}",
    });
    const settings = folder.load({ argv: { configFile: "etc/gw.ini" } });
    expect(settings).toMatchObject({ adminEmail: "a@b.example", listeners: [{ host: "::1" }] });
    expect(settings.configFile).toBe(join(folder.cwd, "etc/gateway.yaml"));
  });

  it("--config FILE.ini leaves the overlays of the config folder in use when it has none of its own", () => {
    const folder = settingsFolder({ "config/setting.ini": "", "config/dev/gateway.ini": "host=::1", "x.ini": "" });
    expect(folder.load({ argv: { configFile: "x.ini" } }).listeners[0]?.host).toBe("::1");
  });

  it.each(["absent.yaml", "absent.ini", "."])("--config %s is refused", (configFile) => {
    const problems = settingsFolder().problems({ argv: { configFile } });
    expect(problems).toHaveLength(1);
    expect(problems[0]?.problem).toMatch(/there is no such file|is of no known kind/);
  });

  it("a file that is no text is refused, with the other problems", () => {
    const folder = settingsFolder();
    folder.write("config/setting.ini", Buffer.from([0x61, 0x3d, 0xff, 0xfe]));
    const problems = folder.problems({ env: { TOKLIGENCE_FACADE_PORT: "x" } });
    expect(problems.map(({ problem }) => problem)).toEqual(["is not UTF-8 text", '"x" is no whole number in range']);
  });

  it("~ is the home folder wherever a path is given", () => {
    const folder = settingsFolder();
    const settings = folder.load({
      env: { TOKLIGENCE_LEDGER_PATH: "~/l.db", TOKLIGENCE_IDENTITY_PATH: "~/i.db", TOKLIGENCE_LOG_FILE: "~/g.log" },
      argv: { dataDir: "~/d" },
    });
    expect(settings).toMatchObject({
      dataDir: join(folder.homeDir, "d"),
      ledgerUrl: join(folder.homeDir, "l.db"),
      identityUrl: join(folder.homeDir, "i.db"),
      logFile: join(folder.homeDir, "g.log"),
    });
  });
});

describe("the database", () => {
  it("of users and keys is the ledger's, unless it is set apart", () => {
    const folder = settingsFolder();
    const url = "postgresql://u:p@db.example/ledger?sslmode=require";
    expect(folder.load({ env: { TOKLIGENCE_LEDGER_PATH: url } })).toMatchObject({ ledgerUrl: url, identityUrl: url });
    expect(folder.load({ env: { TOKLIGENCE_IDENTITY_PATH: "i.db" } })).toMatchObject({
      identityUrl: join(folder.cwd, "i.db"),
    });
  });
});

describe("listeners", () => {
  it("of the multi-port mode serve their own group and health", () => {
    const { listeners } = settingsFolder().load({ env: { TOKLIGENCE_MULTIPORT_MODE: "on", TOKLIGENCE_HOST: "[::1]" } });
    expect(listeners.map(({ name, port, endpoints }) => [name, port, endpoints.join()])).toEqual([
      ["facade", 8081, ENDPOINT_KEYS.join()],
      ["admin", 8079, "admin,health,metrics"],
      ["openai", 8082, "openai_core,openai_responses,health"],
      ["anthropic", 8083, "anthropic,health"],
      ["gemini", 8084, "gemini_native,health"],
    ]);
    expect(new Set(listeners.map(({ host }) => host))).toEqual(new Set(["::1"]));
  });

  it("know the other names of the groups", () => {
    const { listeners } = settingsFolder().load({
      env: { TOKLIGENCE_FACADE_ENDPOINTS: "openai, openai-chat,openai_default\nresponses,GEMINI,status" },
    });
    expect(listeners[0]?.endpoints).toEqual(["openai_core", "openai_responses", "gemini_native", "health"]);
  });

  it("take a port as the earlier documentation wrote it", () => {
    expect(settingsFolder().load({ env: { TOKLIGENCE_FACADE_PORT: ":9090" } }).listeners[0]?.port).toBe(9090);
  });

  it("must be some", () => {
    const [problem] = settingsFolder().problems({ env: { TOKLIGENCE_ENABLE_FACADE: "no" } });
    expect(problem).toMatchObject({ where: "env TOKLIGENCE_ENABLE_FACADE", problem: "nothing would be listened on" });
  });

  it("may not share a port, unless each is given a free one", () => {
    const folder = settingsFolder();
    const ports = (port: string) => ({
      TOKLIGENCE_MULTIPORT_MODE: "1",
      TOKLIGENCE_OPENAI_PORT: port,
      TOKLIGENCE_GEMINI_PORT: port,
    });
    expect(folder.problems({ env: ports("0") })).toEqual([]);
    expect(folder.problems({ env: ports("9000") })).toMatchObject([
      { key: "gemini_port", problem: "9000 is the port of openai_port already" },
    ]);
  });
});

describe("notices", () => {
  const textsOf = (env: Record<string, string>): string[] =>
    settingsFolder()
      .load({ env })
      .notices.map(({ where, text }) => `${where}: ${text}`);

  it("name the present name of an old variable", () => {
    expect(textsOf({ GATEWAY_EMAIL: "a@b.example" })).toEqual([
      "env GATEWAY_EMAIL: is an old name; set TOKLIGENCE_EMAIL",
      "env GATEWAY_EMAIL: email has no effect in this version",
    ]);
  });

  it("say that a setting has no effect, also of families that were never listed", () => {
    expect(textsOf({ TOKLIGENCE_MODEL_FAMILY: "gpt" })).toEqual([
      "env TOKLIGENCE_MODEL_FAMILY: model_family has no effect in this version",
    ]);
    expect(textsOf({ TOKLIGENCE_RATE_LIMIT_RPM: "5" })).toEqual([
      "env TOKLIGENCE_RATE_LIMIT_RPM: rate_limit_rpm has no effect in this version",
    ]);
  });

  it("guess what an unknown name was meant to be", () => {
    expect(textsOf({ TOKLIGENCE_FACADE_PROT: "1" })).toEqual([
      'env TOKLIGENCE_FACADE_PROT: "facade_prot" is not known and was left out; did you mean TOKLIGENCE_FACADE_PORT?',
    ]);
    const folder = settingsFolder({ "config/setting.ini": "leger_path = x" });
    expect(folder.load().notices[0]?.text).toContain("did you mean ledger_path?");
  });

  it("do not mention variables of the gateway's clients", () => {
    expect(textsOf({ TOKLIGENCE_URL: "http://x", TOKLIGENCE_KEY: "tok_x", TOKLIGENCE_ADMIN_KEY: "tok_y" })).toEqual([]);
  });

  it("warn when authentication is off", () => {
    expect(textsOf({ TOKLIGENCE_AUTH_DISABLED: "TRUE" })[0]).toContain("authentication is off");
  });
});
