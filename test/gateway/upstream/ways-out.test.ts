import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import type { AddressInfo, LookupFunction } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { request as call } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UpstreamFailure } from "../../../src-gateway/exchange/types.ts";
import { bypassesProxy } from "../../../src-gateway/upstream/bypasses-proxy.ts";
import { createUpstream } from "../../../src-gateway/upstream/dispatch.ts";
import { createGuardedAgent } from "../../../src-gateway/upstream/guarded-agent.ts";
import { readProxyAnswer } from "../../../src-gateway/upstream/system-proxies.ts";
import { trustedAuthorities } from "../../../src-gateway/upstream/trusted-authorities.ts";
import { createWaysOut, type WaysOut, type WaysOutOptions } from "../../../src-gateway/upstream/ways-out.ts";
import { makeCertificate } from "../../support/certificate.ts";
import { type ForwardProxy, startForwardProxy } from "../../support/forward-proxy.ts";
import { recordingLogger } from "../../support/recording-logger.ts";
import { until } from "../../support/until.ts";

const HOST = "api.company.test";
const folder = mkdtempSync(join(tmpdir(), "ways-"));
const certificate = makeCertificate(HOST);
const caFile = join(folder, "company.pem");
const answer: http.RequestListener = (request, response) => response.end(`hello from ${request.headers.host ?? ""}`);
const secure = https.createServer(certificate, answer);
const plain = http.createServer(answer);
let proxy: ForwardProxy;
let strict: ForwardProxy;
const opened: WaysOut[] = [];

const portOf = (server: http.Server | https.Server): number => (server.address() as AddressInfo).port;

beforeAll(async () => {
  writeFileSync(caFile, `# of the company\n${certificate.cert}`);
  await new Promise<void>((resolve) => secure.listen(0, "127.0.0.1", resolve));
  await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
  const ports = { [HOST]: portOf(secure), "plain.company.test": portOf(plain) };
  proxy = await startForwardProxy({ ports });
  strict = await startForwardProxy({ ports, login: "ann:s3cret" });
});
afterAll(async () => {
  await Promise.all(opened.map((ways) => ways.close()));
  await Promise.all([proxy.close(), strict.close()]);
  for (const server of [secure, plain]) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(folder, { recursive: true });
});

const NONE = { httpProxy: null, httpsProxy: null, noProxy: [], mayAskSystem: false };
const OWN_CA = { caFile, nodeCaFile: null, useSystemCa: false };

function waysOf(options: Partial<WaysOutOptions>): WaysOut {
  const ways = createWaysOut({ network: NONE, trust: null, connectMs: 2_000, instances: () => new Map(), ...options });
  opened.push(ways);
  return ways;
}

function ask(ways: WaysOut, url: string): Promise<{ status: number; text: string; failure: UpstreamFailure | null }> {
  const chunks: Buffer[] = [];
  let status = 0;
  return new Promise((resolve) => {
    const settle = (failure: UpstreamFailure | null): void =>
      resolve({ status, text: Buffer.concat(chunks).toString(), failure });
    createUpstream({ connectMs: 2_000, ways }).dispatch(
      { url, method: "GET", headers: {}, body: null, timeouts: { firstByteMs: 5_000, idleMs: 5_000 } },
      {
        onHead: (code) => {
          status = code;
        },
        onData: (chunk) => void chunks.push(chunk),
        onEnd: () => settle(null),
        onError: settle,
      },
    );
  });
}

describe("a company's network", () => {
  it("is left through its proxy, with its own authority trusted", async () => {
    const log = recordingLogger();
    const ways = waysOf({
      network: { ...NONE, httpsProxy: proxy.url, httpProxy: proxy.url },
      trust: trustedAuthorities(OWN_CA, log),
    });
    const reply = await ask(ways, `https://${HOST}/v1/models`);
    expect(reply).toEqual({ status: 200, text: `hello from ${HOST}`, failure: null });
    expect(proxy.seen).toContain(`CONNECT ${HOST}:443`);
    expect((await ask(ways, "http://plain.company.test/x?y=1")).text).toBe("hello from plain.company.test");
    expect(proxy.seen).toContain("GET http://plain.company.test/x?y=1");
    expect(await (await ways.fetch(`https://${HOST}/prices`)).text()).toBe(`hello from ${HOST}`);
  });

  it("says which setting is missing when its authority is not trusted", async () => {
    const ways = waysOf({ network: { ...NONE, httpsProxy: proxy.url } });
    const { failure } = await ask(ways, `https://${HOST}/`);
    expect(failure?.kind).toBe("connect");
    expect(failure?.detail).toMatch(/certificate is not trusted.*extra_ca_file/);
  });

  it("may want a user and a password of the proxy, and says so without repeating them", async () => {
    const trust = trustedAuthorities(OWN_CA, recordingLogger());
    const withLogin = strict.url.replace("http://", "http://ann:s3cret@");
    expect((await ask(waysOf({ network: { ...NONE, httpsProxy: withLogin }, trust }), `https://${HOST}/`)).status).toBe(
      200,
    );
    const wrong = strict.url.replace("http://", "http://ann:guess-1@");
    const ways = waysOf({ network: { ...NONE, httpsProxy: wrong }, trust });
    const { failure } = await ask(ways, `https://${HOST}/`);
    expect(failure).toMatchObject({ kind: "connect", detail: expect.stringContaining("wants a user and a password") });
    expect(JSON.stringify(failure)).not.toContain("guess-1");
    expect(ways.proxyTo(new URL(`https://${HOST}/`))).toBe(strict.url);
  });

  it("is not left through the proxy to this computer, to hosts that are named, and to providers that have their own way", async () => {
    const address = `http://127.0.0.1:${portOf(plain)}`;
    const own = (proxyOf: string, base: string) => ({ proxy: proxyOf, protocols: { "openai-chat": base } });
    let instances = new Map([["a", own("none", "https://straight.company.test/v1")]]);
    const ways = waysOf({
      network: { ...NONE, httpsProxy: proxy.url, httpProxy: "http://127.0.0.1:1", noProxy: ["named.company.test"] },
      instances: () => instances,
    });
    expect((await ask(ways, `${address}/`)).status).toBe(200);
    const to = (url: string) => ways.proxyTo(new URL(url));
    expect(to("https://named.company.test/")).toBeNull();
    expect(to("https://straight.company.test/v1/x")).toBeNull();
    expect(to("https://other.company.test/")).toBe(proxy.url);
    // A changed configuration counts from the next call on, also for an origin that was asked before.
    instances = new Map([["a", own(proxy.url, address)]]);
    await ask(ways, `${address}/again`);
    expect(proxy.seen).toContain(`GET ${address}/again`);
    expect(to("https://straight.company.test/v1/x")).toBe(proxy.url);
  });

  it("is left as the desktop's system says, where no setting does, and straight when the system does not answer", async () => {
    const trust = trustedAuthorities(OWN_CA, recordingLogger());
    const instances = new Map([["a", { protocols: { "openai-chat": `https://${HOST}/v1` } }]]);
    const asked: string[] = [];
    const systemProxy = async (url: string): Promise<string> => {
      asked.push(url);
      return `PROXY ${new URL(proxy.url).host}; DIRECT`;
    };
    const network = { ...NONE, mayAskSystem: true };
    const ways = waysOf({ network, trust, instances: () => instances, systemProxy });
    await ways.learn();
    expect(asked).toEqual([`https://${HOST}`]);
    expect((await ask(ways, `https://${HOST}/v1`)).status).toBe(200);
    // One that is not known yet is asked about, and gone to rightly from then on.
    const unknown = new URL("https://new.company.test/");
    ways.to(unknown);
    await until(() => ways.proxyTo(unknown) === proxy.url);
    const failing = waysOf({ network, instances: () => instances, systemProxy: () => Promise.reject(new Error("no")) });
    await failing.learn();
    expect(failing.proxyTo(new URL(`https://${HOST}/`))).toBeNull();
    const settled = waysOf({ network: NONE, instances: () => instances, systemProxy });
    await settled.learn();
    expect(settled.proxyTo(new URL(`https://${HOST}/`))).toBeNull();
  });

  it("looks names up at the proxy, and still never asks where clouds keep a machine's credentials", async () => {
    const ways = waysOf({ network: { ...NONE, httpsProxy: proxy.url, httpProxy: proxy.url } });
    const lookUp = () => Promise.reject(new Error("no name leads anywhere here"));
    const dispatcher = await createGuardedAgent(`https://${HOST}/`, { allowMetadata: false, lookUp, ways });
    await dispatcher.destroy();
    await expect(createGuardedAgent("http://169.254.169.254/", { allowMetadata: false, ways })).rejects.toThrow(
      /credentials/,
    );
  });
});

it("refuses a file with authorities that cannot be read, and only warns where it was Node's", () => {
  const log = recordingLogger();
  const missing = join(folder, "missing.pem");
  const empty = join(folder, "empty.pem");
  writeFileSync(empty, "nothing\n");
  const none = { caFile: null, nodeCaFile: null, useSystemCa: false };
  expect(() => trustedAuthorities({ ...none, caFile: missing }, log)).toThrow(/cannot be read \(ENOENT\)/);
  expect(() => trustedAuthorities({ ...none, caFile: empty }, log)).toThrow(/holds no certificate/);
  expect(trustedAuthorities({ ...none, nodeCaFile: missing }, log)()).toBeNull();
  expect(log.text()).toContain("NODE_EXTRA_CA_CERTS cannot be used");
  expect(trustedAuthorities(none, log)()).toBeNull();
  const more = trustedAuthorities({ ...none, nodeCaFile: caFile, useSystemCa: true }, log);
  expect(more()).not.toBeNull();
  expect(more()).toBe(more());
});

it("asks who is trusted only when somebody is called over TLS, and then once", async () => {
  let asked = 0;
  const known = trustedAuthorities(OWN_CA, recordingLogger());
  const trust = () => {
    asked++;
    return known();
  };
  const ways = waysOf({ trust });
  const local = `127.0.0.1:${portOf(plain)}`;
  expect((await ask(ways, `http://${local}/`)).status).toBe(200);
  expect(asked).toBe(0);
  const lookup: LookupFunction = (_host, { all }, tell) =>
    all === true ? tell(null, [{ address: "127.0.0.1", family: 4 }]) : tell(null, "127.0.0.1", 4);
  const dispatcher = ways.fresh(new URL(`https://${HOST}/`), lookup);
  for (let n = 0; n < 2; n++) {
    const reply = await call(`https://${HOST}:${portOf(secure)}/`, { dispatcher });
    expect(await reply.body.text()).toContain("hello from");
  }
  await dispatcher.destroy();
  expect(asked).toBe(1);
});

it.each([
  ["https://a.example/", "a.example", true],
  ["https://sub.a.example/", "a.example", true],
  ["https://sub.a.example/", ".a.example", true],
  ["https://a.example/", "*.a.example", false],
  ["https://sub.a.example/", "*.A.example", true],
  ["https://ba.example/", "a.example", false],
  ["https://a.example/", "a.example:8443", false],
  ["https://a.example:8443/", "a.example:8443", true],
  ["https://a.example./", "a.example", true],
  ["https://anything.example/", "*", true],
  ["http://10.1.2.3/", "10.1.2.3", true],
  ["http://10.1.2.30/", "2.30", false],
  ["http://[fd00::1]:8080/", "[fd00::1]:8080", true],
  ["http://[fd00::1]/", "fd00::1", true],
  ["http://localhost:11434/", "", true],
  ["http://[::1]:11434/", "", true],
  ["http://127.9.9.9/", "", true],
  ["http://0.0.0.0.example/", "", false],
])("%s with NO_PROXY %s: without a proxy is %s", (url, entry, expected) => {
  expect(bypassesProxy(new URL(url), entry === "" ? [] : [entry])).toBe(expected);
});

it.each([
  ["DIRECT", null],
  ["PROXY p:3128; DIRECT", "http://p:3128"],
  ["HTTPS p:443", "https://p:443"],
  ["SOCKS5 p:1080;DIRECT", "socks5://p:1080"],
  ["NONSENSE x; PROXY q:1", "http://q:1"],
  ["", null],
])("an answer of a proxy script, %s, means %s", (text, expected) => {
  expect(readProxyAnswer(text)).toBe(expected);
});
