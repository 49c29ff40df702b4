import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import type { ExchangeView } from "../../../src-gateway/admin-api/contract/schemas.ts";
import { type Daemon, newFolder, type Ready, startDaemon } from "../../support/daemon.ts";
import { json, type RawProvider, startRawProvider } from "../../support/raw-provider.ts";

let folders: ReturnType<typeof newFolder>[] = [];
let daemons: Daemon[] = [];
let providers: RawProvider[] = [];
afterEach(async () => {
  for (const daemon of daemons) daemon.child.kill("SIGKILL");
  await Promise.all(daemons.map((daemon) => daemon.ended));
  for (const provider of providers) await provider.stop();
  for (const each of folders) each.remove();
  [folders, daemons, providers] = [[], [], []];
});

function newHome(): string {
  const made = newFolder();
  folders.push(made);
  return made.path;
}
function run(path: string, args: string[] = [], env: Record<string, string> = {}): Daemon {
  const daemon = startDaemon(path, args, env);
  daemons.push(daemon);
  return daemon;
}
async function providerFor(path: string): Promise<RawProvider> {
  const provider = await startRawProvider();
  providers.push(provider);
  mkdirSync(join(path, "config"), { recursive: true });
  writeFileSync(
    join(path, "config", "gateway.yaml"),
    `providers:\n  - id: p\n    kind: openai-compatible\n    base_url: ${provider.url}/v1\n    models: [m]\n`,
  );
  return provider;
}
const headers = (key: string) => ({ "content-type": "application/json", authorization: `Bearer ${key}` });
const ask = ({ url }: Ready, key: string, body: object) =>
  fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: headers(key),
    body: JSON.stringify({ messages: [], ...body }),
  });
const records = async ({ url }: Ready, key: string) =>
  (await (await fetch(`${url}/api/v1/exchanges?limit=1000`, { headers: headers(key) })).json()) as ExchangeView[];

describe("gatewayd", () => {
  it("says once what a new user needs, and the printed curl works as it stands", async () => {
    const path = newHome();
    const daemon = run(path);
    const ready = await daemon.ready;
    expect(ready.clientKey).toMatch(/^tok_[\w-]{43}$/);
    const command = daemon.output().match(/ {2}(curl [\s\S]*?')\n/)?.[1] ?? "";
    const answer = JSON.parse(execFileSync("sh", ["-c", command.replace("curl", "curl -s")]).toString()) as {
      choices: { message: { content: string } }[];
    };
    expect(answer.choices[0]?.message.content).toBe("Hello");
    expect(statSync(ready.dataDir).mode & 0o077).toBe(0);
    daemon.child.kill("SIGTERM");
    expect(await daemon.ended).toEqual({ code: 0, signal: null });

    const again = run(path);
    expect((await again.ready).clientKey).toBeUndefined();
    expect(again.output()).not.toContain("tok_");
    expect(await records(await again.ready, ready.clientKey ?? "")).toHaveLength(1);
  });

  it("keeps no secret on the disk or in its log", async () => {
    const path = newHome();
    const provider = await providerFor(path);
    writeFileSync(
      join(path, "config", "gateway.yaml"),
      `providers:\n  - id: p\n    kind: openai-compatible\n    base_url: ${provider.url}/v1\n    credential: env:CANARY\n    models: [m]\n`,
    );
    provider.respond = json({ error: { message: "key sk-canary-0123456789 is wrong" } }, 401);
    const daemon = run(path, [], { CANARY: "sk-canary-0123456789", TOKLIGENCE_LOG_LEVEL: "debug" });
    const ready = await daemon.ready;
    await (await ask(ready, ready.clientKey ?? "", { model: "m" })).text();
    await (await ask(ready, "tok_guess-canary-guess-canary", { model: "m" })).text();
    daemon.child.kill("SIGTERM");
    await daemon.ended;
    const everything =
      execFileSync("sh", ["-c", `cat ${ready.dataDir}/*`], { encoding: "latin1", maxBuffer: 1e8 }) + daemon.errors();
    expect(everything).not.toContain("sk-canary");
    expect(everything).not.toContain("guess-canary");
    expect(everything).not.toContain(ready.clientKey);
  });

  it("lets open streams finish when it is told to stop, and writes their records", async () => {
    const path = newHome();
    const provider = await providerFor(path);
    let finish = (): void => {};
    provider.respond = (_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write('data: {"model":"m","choices":[{"index":0,"delta":{"content":"a"}}]}\n\n');
      finish = () => response.end("data: [DONE]\n\n");
    };
    const daemon = run(path);
    const ready = await daemon.ready;
    const reply = await ask(ready, ready.clientKey ?? "", { model: "m", stream: true });
    daemon.child.kill("SIGTERM");
    await expect
      .poll(
        async () =>
          fetch(`${ready.url}/livez`).then(
            () => "open",
            () => "closed",
          ),
        { timeout: 5_000 },
      )
      .toBe("closed");
    finish();
    expect(await reply.text()).toContain("[DONE]");
    expect(await daemon.ended).toEqual({ code: 0, signal: null });
    const next = await run(path).ready;
    expect((await records(next, ready.clientKey ?? ""))[0]).toMatchObject({ outcome: "completed", stream: true });
  });

  it("stops with the npm that started it", async (context) => {
    if (process.platform === "win32") return context.skip("parents are not handed on there (needs POSIX)");
    const path = newHome();
    // A shell in between, as npm has it; the shell is told to end, and does not pass that on.
    const script = fileURLToPath(new URL("../../../dist/node/gatewayd.cjs", import.meta.url));
    const shell = spawn("sh", ["-c", `"${process.execPath}" "${script}" --port 0 --data-dir "${path}/data"; true`], {
      env: { PATH: process.env["PATH"], HOME: path, npm_lifecycle_event: "start" },
      stdio: ["ignore", "pipe", "ignore"],
    });
    let output = "";
    for await (const chunk of shell.stdout) {
      output += String(chunk);
      if (/^ready .*\n/m.test(output)) break;
    }
    const { url } = JSON.parse(/^ready (.*)$/m.exec(output)?.[1] ?? "{}") as Ready;
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    shell.kill("SIGTERM");
    await expect
      .poll(
        async () =>
          fetch(`${url}/livez`).then(
            () => "open",
            () => "closed",
          ),
        { timeout: 5_000 },
      )
      .toBe("closed");
  });

  it("records what a killed process left open, and says so at the next start", async () => {
    const path = newHome();
    const provider = await providerFor(path);
    provider.respond = (_request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write('data: {"model":"m","choices":[{"index":0,"delta":{"content":"a"}}]}\n\n');
    };
    const daemon = run(path);
    const ready = await daemon.ready;
    const key = ready.clientKey ?? "";
    for (let n = 0; n < 10; n++)
      await (await ask(ready, key, { model: "loopback", messages: [{ role: "user", content: "x" }] })).text();
    const open = await ask(ready, key, { model: "m", stream: true });
    await expect.poll(async () => (await records(ready, key)).length, { timeout: 5_000 }).toBe(11);
    daemon.child.kill("SIGKILL");
    await daemon.ended;
    await open.text().catch(() => {});

    const again = run(path);
    const next = await again.ready;
    const list = await records(next, key);
    expect(list).toHaveLength(11);
    expect(list.filter((exchange) => exchange.outcome === "completed")).toHaveLength(10);
    expect(list.filter((exchange) => exchange.outcome === "interrupted")).toHaveLength(1);
    await expect.poll(() => again.errors(), { timeout: 5_000 }).toContain("the previous run ended without stopping");
  });

  it("takes a body of 64 MB without growing by more than twice its size", async (context) => {
    if (process.platform !== "linux")
      return context.skip("the peak memory of a process is read from /proc (needs Linux)");
    const path = newHome();
    const provider = await providerFor(path);
    provider.respond = json({ model: "m", choices: [] });
    const daemon = run(path);
    const ready = await daemon.ready;
    const key = ready.clientKey ?? "";
    const size = 64 * 1024 * 1024;
    const head = '{"model":"m","messages":[{"role":"user","content":"';
    const body = Buffer.concat([Buffer.from(head), Buffer.alloc(size - head.length - 4, "x"), Buffer.from('"}]}')]);
    const peakMb = () =>
      Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${daemon.child.pid}/status`, "utf8"))?.[1]) / 1024;
    await (await ask(ready, key, { model: "m" })).text();
    const before = peakMb();
    const reply = await fetch(`${ready.url}/v1/chat/completions`, { method: "POST", headers: headers(key), body });
    expect(reply.status).toBe(200);
    expect(provider.requests.at(-1)?.body.equals(body)).toBe(true);
    const grown = (peakMb() - before) / 64;
    process.stderr.write(`a 64 MB body grew the gateway by ${grown.toFixed(2)} times its size\n`);
    expect(grown).toBeLessThan(2);
  });

  it("refuses wrong settings with file, line, key and the allowed values", async () => {
    const path = newHome();
    mkdirSync(join(path, "config"));
    writeFileSync(join(path, "config", "setting.ini"), "# settings\nlog_level = loud\nfacade_port = 99999\n");
    const daemon = run(path);
    expect((await daemon.ended).code).toBe(2);
    expect(daemon.errors()).toMatch(/setting\.ini:2: log_level: "loud" is not allowed \(allowed: debug, info/);
    expect(daemon.errors()).not.toContain("    at ");
  });

  it("names the port when it is taken, and the other gateway when the data folder is", async () => {
    const path = newHome();
    const other = newHome();
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    const { port } = taken.address() as AddressInfo;
    const blocked = run(other, ["--port", String(port)]);
    expect((await blocked.ended).code).toBe(1);
    expect(blocked.errors()).toContain(`Port ${port}`);
    taken.close();

    const first = run(path);
    await first.ready;
    const second = run(path);
    expect((await second.ended).code).toBe(1);
    expect(second.errors()).toMatch(/Another gatewayd runs on .*process \d+/);
  });

  it("answers slow and broken HTTP with a clear status", async () => {
    const path = newHome();
    const { url } = await run(path, [], {
      TOKLIGENCE_CLIENT_HEADERS_TIMEOUT_MS: "300",
      TOKLIGENCE_CLIENT_BODY_TIMEOUT_MS: "300",
    }).ready;
    const { port, hostname } = new URL(url);
    const send = (text: string): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect(Number(port), hostname, () => socket.write(text));
        let answer = "";
        socket.on("data", (chunk) => {
          answer += chunk.toString();
        });
        socket.on("close", () => resolve(answer));
      });
    expect(await send("GET / HTTP/1.1\r\nhost: localhost\r\nx-slow:")).toMatch(/^HTTP\/1\.1 408 /);
    expect(await send("this is not http\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
    expect(await send(`GET / HTTP/1.1\r\nhost: localhost\r\nx: ${"y".repeat(70_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 /,
    );
  });
});
