import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";
import { MAIL_USER, type MailServer, startMailServer } from "../../support/mail-server.ts";
import { until } from "../../support/until.ts";
import { cookieIn, login, newUser, rootClient } from "../admin-api/admin-client.ts";

let endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.toReversed()) await end();
  endings = [];
});

interface World {
  gateway: TestGateway;
  mail: MailServer;
  log(): string;
}

async function start(env: Record<string, string> = {}, server: { hasTls?: boolean } = {}): Promise<World> {
  const mail = await startMailServer(server);
  endings.push(() => mail.stop());
  const folder = mkdtempSync(join(tmpdir(), "tokligence-mail-"));
  endings.push(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "ca.pem"), mail.cert);
  const logFile = join(folder, "gateway.log");
  const gateway = await startTestGateway({
    env: {
      TOKLIGENCE_LOG_LEVEL: "info",
      TOKLIGENCE_LOG_FILE: logFile,
      TOKLIGENCE_PUBLIC_URL: "https://gateway.example",
      TOKLIGENCE_SMTP_HOST: "localhost",
      TOKLIGENCE_SMTP_PORT: String(mail.port),
      TOKLIGENCE_SMTP_USER: MAIL_USER.name,
      TOKLIGENCE_SMTP_PASSWORD: "env:MAIL_SECRET",
      TOKLIGENCE_SMTP_FROM: "Gateway <gateway@example.com>",
      TOKLIGENCE_SMTP_CA_FILE: join(folder, "ca.pem"),
      MAIL_SECRET: MAIL_USER.password,
      ...env,
    },
  });
  endings.push(() => gateway.stop());
  return { gateway, mail, log: () => readFileSync(logFile, "utf8") };
}

const verify = (url: string, code: string, cookie: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${url}/api/v1/auth/verify`, {
    method: "POST",
    headers: { "content-type": "application/json", cookie, ...headers },
    body: JSON.stringify({ code }),
  });
const me = async (url: string, cookie: string) =>
  (await (await fetch(`${url}/api/v1/auth/me`, { headers: { cookie } })).json()) as { email?: string };
const digitsIn = (text: string): string => /^ {4}(\d{6})$/m.exec(text)?.[1] ?? "";
const linkIn = (text: string): string => /#sign-in=([\w-]+)/.exec(text)?.[1] ?? "";

describe("a mail", () => {
  it("goes over an encrypted connection with a password, and its digits sign in the browser that asked", async () => {
    const { gateway, mail } = await start();
    await newUser(gateway, "ada@example.com", "gateway_user");
    const asked = await login(
      gateway.url,
      { email: " Ada@Example.com " },
      { "user-agent": "Mozilla/5.0 Firefox/150.0" },
    );
    expect(asked.status).toBe(200);
    expect(await asked.json()).toEqual({ mailed: true, minutes: 10 });
    expect(asked.headers.get("set-cookie")).toMatch(
      /^tokligence_asked=[\w-]{43}; Path=\/api\/v1\/auth; HttpOnly; SameSite=Strict; Max-Age=600; Secure$/,
    );
    await until(() => mail.mails.length === 1);
    const [received] = mail.mails;
    expect(received).toMatchObject({
      from: "gateway@example.com",
      to: ["ada@example.com"],
      user: "gateway",
      isEncrypted: true,
    });
    const { text, html, headers } = received!;
    const digits = digitsIn(text);
    expect(headers["subject"]).toBe(`${digits} is your code for Tokligence Gateway`);
    expect(headers["auto-submitted"]).toBe("auto-generated");
    expect(text).toContain("within 10 minutes");
    expect(text).toContain("It was asked for from 127.0.0.1, Firefox.");
    expect(text).toContain(`https://gateway.example/console/#sign-in=${linkIn(text)}`);
    expect(html).toContain(digits);
    expect(html).toContain(`href="https://gateway.example/console/#sign-in=${linkIn(text)}"`);

    expect((await verify(gateway.url, digits, "")).status).toBe(401);
    expect((await verify(gateway.url, digits, "tokligence_asked=another")).status).toBe(401);
    const reply = await verify(gateway.url, `${digits.slice(0, 3)} ${digits.slice(3)}`, cookieIn(asked));
    expect(reply.status).toBe(200);
    const cookies = reply.headers.getSetCookie();
    expect(cookies.find((cookie) => cookie.startsWith("tokligence_asked="))).toContain("Max-Age=0");
    const session = cookies.find((cookie) => cookie.startsWith("tokligence_session=")) ?? "";
    expect(session).toMatch(/; SameSite=Strict; Max-Age=43200; Secure$/);
    expect((await me(gateway.url, session.split(";")[0]!)).email).toBe("ada@example.com");
    expect((await verify(gateway.url, digits, cookieIn(asked))).status).toBe(401);
  });

  it("has a link that signs in any browser, once", async () => {
    const { gateway, mail } = await start();
    await newUser(gateway, "ada@example.com", "gateway_user");
    await login(gateway.url, { email: "ada@example.com" });
    await until(() => mail.mails.length === 1);
    const code = linkIn(mail.mails[0]!.text);
    const reply = await login(gateway.url, { code });
    expect(await reply.json()).toMatchObject({ email: "ada@example.com" });
    expect((await login(gateway.url, { code })).status).toBe(401);
  });

  it("speaks the language of whoever asks", async () => {
    const { gateway, mail } = await start();
    await newUser(gateway, "ada@example.com", "gateway_user");
    await login(gateway.url, { email: "ada@example.com" }, { "accept-language": "zh-CN,zh;q=0.9,en;q=0.8" });
    await until(() => mail.mails.length === 1);
    await login(gateway.url, { email: "ada@example.com", language: "en" }, { "accept-language": "zh" });
    await until(() => mail.mails.length === 2);
    expect(mail.mails[0]!.headers["subject"]).toContain("验证码");
    expect(mail.mails[0]!.html).toContain('lang="zh"');
    expect(mail.mails[1]!.text).toContain("Enter this code");
  });

  it("is sent to users only, and nobody can tell by the answer", async () => {
    const { gateway, mail } = await start();
    const { user } = await newUser(gateway, "gone@example.com", "gateway_user");
    await newUser(gateway, "ada@example.com", "gateway_user");
    await rootClient(gateway).call("updateUser", { params: { id: user.id }, body: { status: "suspended" } });
    const shape = async (reply: Response): Promise<unknown> => ({
      status: reply.status,
      body: await reply.json(),
      headers: [...reply.headers.keys()].toSorted((a, b) => a.localeCompare(b)),
      cookie: reply.headers.get("set-cookie")?.replace(/=[\w-]{43};/, "=…;"),
    });
    const [known, unknown, suspended] = [
      await login(gateway.url, { email: "ada@example.com" }),
      await login(gateway.url, { email: "nobody@example.com" }),
      await login(gateway.url, { email: "gone@example.com" }),
    ];
    const cookies = [known, unknown, suspended].map(cookieIn);
    const shapes = await Promise.all([known, unknown, suspended].map(shape));
    expect(shapes[1]).toEqual(shapes[0]);
    expect(shapes[2]).toEqual(shapes[0]);
    await until(() => mail.mails.length === 1);
    const refusals = await Promise.all(
      cookies.map(async (cookie) => (await verify(gateway.url, "999999x", cookie)).json()),
    );
    expect(refusals[1]).toEqual(refusals[0]);
    expect(refusals[2]).toEqual(refusals[0]);
    // One more, so that a late mail to the others would have been there before it.
    await login(gateway.url, { email: "ada@example.com" });
    await until(() => mail.mails.length >= 2);
    expect(mail.mails.map(({ to }) => to[0])).toEqual(["ada@example.com", "ada@example.com"]);
  });

  it("is not sent again and again to one address, whether or not anybody has it", async () => {
    const { gateway } = await start();
    for (const email of ["admin@local", "nobody@example.com"]) {
      for (let n = 0; n < 3; n++) expect((await login(gateway.url, { email })).status).toBe(200);
      const refused = await login(gateway.url, { email });
      expect(refused.status).toBe(429);
      expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(50);
    }
  });

  it("that was not taken leaves a line in the log without its address, its code or the password", async () => {
    const { gateway, mail, log } = await start();
    await newUser(gateway, "planted@example.com", "gateway_user");
    mail.refuseNext();
    expect((await login(gateway.url, { email: "planted@example.com" })).status).toBe(200);
    await until(() => log().includes("a mail was not sent"), 20);
    expect(log()).toContain('"responseCode":452');
    expect(log()).not.toContain("planted@example.com");
    expect(log()).not.toContain(MAIL_USER.password);
  });
});

describe("a mail server", () => {
  it("that cannot encrypt, or has a certificate of nobody's, gets neither mail nor password", async () => {
    const open = await start({}, { hasTls: false });
    await login(open.gateway.url, { email: "admin@local" });
    await until(() => open.log().includes("a mail was not sent"), 20);
    expect(open.mail.mails).toEqual([]);
    const strange = await start({ TOKLIGENCE_SMTP_CA_FILE: "" });
    await login(strange.gateway.url, { email: "admin@local" });
    await until(() => strange.log().includes("a mail was not sent"), 20);
    expect(strange.mail.mails).toEqual([]);
  });

  it("that is not there makes no difference to the answer", async () => {
    const { gateway, mail, log } = await start();
    await mail.stop();
    expect((await login(gateway.url, { email: "admin@local" })).status).toBe(200);
    await until(() => log().includes("a mail was not sent"), 20);
  });
});

describe("without a mail server", () => {
  const methods = async ({ url }: TestGateway): Promise<unknown> => (await fetch(`${url}/api/v1/auth/methods`)).json();
  const bare = async (env: Record<string, string>): Promise<TestGateway> => {
    const gateway = await startTestGateway({ env });
    endings.push(() => gateway.stop());
    return gateway;
  };

  it("a developer's own gateway keeps the mail for the root administrator at that machine", async () => {
    const gateway = await bare({});
    await newUser(gateway, "ada@example.com", "gateway_admin");
    expect(await methods(gateway)).toEqual({ mail: "outbox", oidc: [] });
    const asked = await login(gateway.url, { email: "ada@example.com" });
    const root = rootClient(gateway);
    await until(async () => (await root.call("listOutbox")).length === 1);
    const [mail] = await root.call("listOutbox");
    expect(mail).toMatchObject({ to: "ada@example.com" });
    expect(mail!.text).toContain(`${gateway.consoleUrl}#sign-in=`);
    expect((await verify(gateway.url, digitsIn(mail!.text), cookieIn(asked))).status).toBe(200);
  });

  it.each([
    ["live", { TOKLIGENCE_ENV: "live" }],
    ["a test", { TOKLIGENCE_ENV: "test" }],
    ["reachable from elsewhere", { TOKLIGENCE_HOST: "0.0.0.0" }],
  ])("a gateway that is %s keeps and prints nothing, and says what to do instead", async (_name, env) => {
    const gateway = await bare(env);
    expect(await methods(gateway)).toEqual({ mail: "off", oidc: [] });
    const refused = await login(gateway.url, { email: "admin@local" });
    expect(refused.status).toBe(400);
    expect(((await refused.json()) as { error: { message: string } }).error.message).toContain("gateway console");
    const outbox = await fetch(`${gateway.url}/api/v1/auth/outbox`, {
      headers: { authorization: `Bearer ${gateway.key}` },
    });
    expect(outbox.status).toBe(404);
  });
});
