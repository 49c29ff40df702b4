/** The Helm chart: rendered, read as YAML, and held to the shapes that Kubernetes knows. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Deployment } from "kubernetes-models/apps/v1/Deployment";
import { HorizontalPodAutoscaler } from "kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler";
import { Ingress } from "kubernetes-models/networking.k8s.io/v1/Ingress";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1/PodDisruptionBudget";
import { ConfigMap } from "kubernetes-models/v1/ConfigMap";
import { Service } from "kubernetes-models/v1/Service";
import { ServiceAccount } from "kubernetes-models/v1/ServiceAccount";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments, stringify } from "yaml";
import { loadSettings } from "../../src-gateway/settings/load-settings.ts";
import { renderTemplates } from "../support/helm-template.ts";
import { KNOWN_KEYS } from "./kubernetes-keys.ts";

const chart = fileURLToPath(new URL("../../deploy/helm/tokligence-gateway/", import.meta.url));
const read = (name: string): string => readFileSync(join(chart, name), "utf8");
const STANDARD = parse(read("values.yaml")) as Values;
const SECRET = { secrets: { existingSecret: "gateway-secrets", redis: true } };
const EVERYTHING = {
  ...SECRET,
  autoscaling: { enabled: true, minReplicas: 2, maxReplicas: 4, targetCPUUtilizationPercentage: 60 },
  ingress: {
    enabled: true,
    className: "nginx",
    annotations: { "nginx.ingress.kubernetes.io/proxy-buffering": "off" },
    host: "gw.example.com",
    tlsSecret: "gw-tls",
  },
  metrics: {
    enabled: true,
    port: 9464,
    serviceMonitor: { enabled: true, interval: "15s", labels: { release: "prom" } },
  },
  allowedHosts: ["other.example.com"],
  trustedProxies: ["10.0.0.0/8", "192.168.0.1"],
  publicUrl: "https://gw.example.com",
  providerSecrets: ["provider-keys"],
  config: {
    aliases: { fast: "loopback" },
    providers: [{ id: "openai", kind: "openai", credential: "env:OPENAI_API_KEY" }],
  },
  settings: { log_level: "debug", max_in_flight: 500, access_log: false },
  imagePullSecrets: [{ name: "registry" }],
  podAnnotations: { a: "b" },
  podLabels: { c: "d" },
  nodeSelector: { disk: "ssd" },
  tolerations: [{ key: "k", operator: "Exists" }],
  affinity: { nodeAffinity: {} },
  extraEnv: [{ name: "X", value: "y" }],
  extraVolumes: [{ name: "keys", secret: { secretName: "statement" } }],
  extraVolumeMounts: [{ name: "keys", mountPath: "/keys" }],
  serviceAccount: { annotations: { role: "r" } },
  service: { type: "ClusterIP", port: 80, annotations: { x: "y" } },
};

type Values = Record<string, unknown>;
interface Resource {
  kind: string;
  metadata: { name: string };
  spec?: unknown;
  data?: Record<string, string>;
}

function render(values: Values): Record<string, string> {
  const { name, version, appVersion } = parse(read("Chart.yaml")) as Record<string, string>;
  const files = Object.fromEntries(
    readdirSync(join(chart, "templates")).map((file) => [file, read(join("templates", file))]),
  );
  return renderTemplates(files, {
    Values: { ...STANDARD, ...values },
    Chart: { Name: name, Version: version, AppVersion: appVersion },
    Release: { Name: "demo", Namespace: "agents", Service: "Helm" },
  });
}

const resourcesOf = (text: string): Resource[] =>
  parseAllDocuments(text).flatMap((document) => {
    expect(document.errors).toEqual([]);
    const value = document.toJS() as Resource | null;
    return value === null ? [] : [value];
  });
const rendered = (values: Values): Resource[] =>
  Object.entries(render(values)).flatMap(([name, text]) => (name.endsWith(".yaml") ? resourcesOf(text) : []));
const find = (resources: Resource[], kind: string): Resource => {
  const found = resources.find((each) => each.kind === kind);
  if (found === undefined) throw new Error(`no ${kind}`);
  return found;
};

const MODELS = {
  Deployment,
  HorizontalPodAutoscaler,
  Ingress,
  PodDisruptionBudget,
  ConfigMap,
  Service,
  ServiceAccount,
};
/** Below these anything may stand. */
const FREE = new Set([
  "labels",
  "annotations",
  "matchLabels",
  "nodeSelector",
  "data",
  "selector",
  "limits",
  "requests",
]);

function unknownKeys(value: unknown, path = ""): string[] {
  if (Array.isArray(value)) return value.flatMap((item, at) => unknownKeys(item, `${path}[${at}]`));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const here = `${path}.${key}`;
    if (!KNOWN_KEYS.has(key)) return [here];
    const isFree = FREE.has(key) && !(key === "selector" && Object(item).matchLabels !== undefined);
    return isFree ? [] : unknownKeys(item, here);
  });
}

interface PodSpec {
  terminationGracePeriodSeconds: number;
  containers: { image: string; env: { name: string; value?: string; valueFrom?: object }[] }[];
}
const podOf = (resources: Resource[]): PodSpec =>
  (find(resources, "Deployment").spec as { template: { spec: PodSpec } }).template.spec;
const envOf = (resources: Resource[]): Record<string, string> =>
  Object.fromEntries((podOf(resources).containers[0]?.env ?? []).map(({ name, value }) => [name, value ?? "a secret"]));

describe("the Helm chart", () => {
  it.each([
    ["as it comes", SECRET, ["ConfigMap", "Deployment", "PodDisruptionBudget", "Service", "Service", "ServiceAccount"]],
    [
      "with everything that can be switched on",
      EVERYTHING,
      [
        "ConfigMap",
        "Deployment",
        "HorizontalPodAutoscaler",
        "Ingress",
        "PodDisruptionBudget",
        "Service",
        "Service",
        "ServiceAccount",
        "ServiceMonitor",
      ],
    ],
  ])("makes resources that Kubernetes takes, %s", (_how, values, kinds) => {
    const resources = rendered(values);
    expect(resources.map(({ kind }) => kind).sort()).toEqual(kinds);
    for (const resource of resources) {
      const Model = (MODELS as Record<string, new (data: object) => { validate(): void }>)[resource.kind];
      expect(() => Model && new Model(resource).validate()).not.toThrow();
      expect(unknownKeys(resource)).toEqual([]);
    }
  });

  it("would be told of a wrong type and of a misspelt name", () => {
    const deployment = find(rendered(SECRET), "Deployment");
    const wrong = structuredClone(deployment) as unknown as { spec: { replicas: unknown } };
    wrong.spec.replicas = "two";
    expect(() => new Deployment(wrong as never).validate()).toThrow(/replicas/);
    expect(unknownKeys({ spec: { template: { spec: { contaners: [] } } } })).toEqual([".spec.template.spec.contaners"]);
  });

  it("gives the gateway only settings that it knows, with the values meant", () => {
    const env = envOf(rendered(EVERYTHING));
    const settings = loadSettings({
      env: {
        ...env,
        TOKLIGENCE_LEDGER_PATH: "postgres://u@db/x",
        TOKLIGENCE_REDIS_URL: "redis://r",
        TOKLIGENCE_AUTH_SECRET: "x".repeat(40),
        TOKLIGENCE_SECRET_KEY: Buffer.alloc(32, 7).toString("base64"),
      },
      argv: { dataDir: tmpdir() },
      cwd: tmpdir(),
      homeDir: tmpdir(),
    });
    expect(settings.notices).toEqual([]);
    expect(settings.timeouts).toMatchObject({ stopDelayMs: 15_000, drainMs: 600_000 });
    expect(settings.allowedHosts).toEqual(
      expect.arrayContaining(["demo-tokligence-gateway.agents.svc", "other.example.com", "gw.example.com"]),
    );
    expect(settings.signIn.trustedProxies).toEqual(["10.0.0.0/8", "192.168.0.1"]);
    expect(settings.logLevel).toBe("debug");
  });

  it("waits longer for the end of a pod than the pod takes for it", () => {
    const resources = rendered({ ...SECRET, stopDelaySeconds: 20, drainSeconds: 100 });
    const env = envOf(resources);
    const ownMs = Number(env["TOKLIGENCE_STOP_DELAY_MS"]) + Number(env["TOKLIGENCE_DRAIN_MS"]);
    expect(ownMs).toBe(120_000);
    expect(podOf(resources).terminationGracePeriodSeconds * 1000).toBeGreaterThanOrEqual(ownMs + 30_000);
  });

  it("holds no secret, and refuses to be without one", () => {
    expect(() => render({})).toThrow("secrets.existingSecret is needed");
    const env = podOf(rendered(SECRET)).containers[0]?.env ?? [];
    const secret = env.filter(({ name }) => /LEDGER_PATH|SECRET|REDIS/.test(name));
    expect(secret).toHaveLength(4);
    for (const { valueFrom } of secret) expect(valueFrom).toHaveProperty("secretKeyRef.name", "gateway-secrets");
  });

  it("writes gateway.yaml as it was given, and says where the gateway is", () => {
    const text = find(rendered(EVERYTHING), "ConfigMap").data?.["gateway.yaml"] ?? "";
    expect(parse(text)).toEqual(EVERYTHING.config);
    expect(render(SECRET)["NOTES.txt"]).toContain("http://demo-tokligence-gateway.agents.svc:8081");
  });

  it("is of the version of the program, and describes every value", () => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
      version: string;
    };
    expect(parse(read("Chart.yaml"))).toMatchObject({ version, appVersion: version });
    const schema = JSON.parse(read("values.schema.json")) as { properties: Record<string, { properties?: object }> };
    expect(
      Object.keys(schema.properties)
        .filter((name) => name !== "global")
        .sort(),
    ).toEqual(Object.keys(STANDARD).sort());
    for (const [name, { properties }] of Object.entries(schema.properties))
      expect(
        properties === undefined ? [] : Object.keys(STANDARD[name] as object).filter((each) => !(each in properties)),
      ).toEqual([]);
  });

  it("is rendered by Helm as by these tests", (context) => {
    if (spawnSync("helm", ["version"]).status !== 0) return context.skip("no helm on this machine");
    const folder = mkdtempSync(join(tmpdir(), "gateway-chart-"));
    try {
      const values = join(folder, "values.yaml");
      writeFileSync(values, stringify(EVERYTHING));
      const args = ["template", "demo", chart, "--namespace", "agents", "--values", values];
      const { stdout, stderr, status } = spawnSync("helm", args, { encoding: "utf8" });
      expect({ status, stderr }).toMatchObject({ status: 0 });
      const order = (list: Resource[]): string[] =>
        list.map((each) => stringify(each, { sortMapEntries: true })).sort();
      expect(order(resourcesOf(stdout))).toEqual(order(rendered(EVERYTHING)));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
