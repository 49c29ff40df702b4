import { describe, expect, it } from "vitest";
import { PATH, problemsOf, read } from "./config-file.ts";
import { settingsFolder } from "./settings-folder.ts";

const load = (env: Record<string, string>) => settingsFolder().load({ env }).signIn;
const problems = (env: Record<string, string>) =>
  settingsFolder()
    .problems({ env })
    .map(({ key, problem }) => `${key}: ${problem}`);
const SMTP = { TOKLIGENCE_SMTP_HOST: "mail.example.com", TOKLIGENCE_SMTP_FROM: "Gateway <gateway@example.com>" };

describe("settings of signing in", () => {
  it("have standards that need nothing", () => {
    const session = { lifetimeMs: 12 * 3_600_000, idleMs: 240 * 60_000 };
    expect(load({})).toEqual({ publicUrl: null, trustedProxies: [], session, smtp: null });
  });

  it("name a mail server, and its password by its place", () => {
    const user = { TOKLIGENCE_SMTP_USER: "gateway" };
    expect(load({ ...SMTP, ...user, TOKLIGENCE_SMTP_PASSWORD: "planted-password" }).smtp).toEqual({
      host: "mail.example.com",
      port: 587,
      tls: "starttls",
      user: "gateway",
      password: { source: "env", name: "TOKLIGENCE_SMTP_PASSWORD" },
      from: "Gateway <gateway@example.com>",
      caFile: null,
    });
    const other = load({
      ...SMTP,
      ...user,
      TOKLIGENCE_SMTP_PASSWORD: "file:/run/secrets/smtp",
      TOKLIGENCE_SMTP_PORT: "465",
    });
    expect(other.smtp).toMatchObject({ tls: "tls", password: { source: "file", path: "/run/secrets/smtp" } });
    const folder = settingsFolder({ "config/setting.ini": "smtp_password = planted-password" });
    expect(JSON.stringify(folder.problems())).not.toContain("planted-password");
    expect(folder.problems()).toMatchObject([
      { key: "smtp_password", problem: "a key must not stand in a file in clear text" },
    ]);
  });

  it.each([
    [{ TOKLIGENCE_SMTP_HOST: "mail.example.com" }, ["smtp_from: is missing"]],
    [
      { ...SMTP, TOKLIGENCE_SMTP_FROM: "Gateway\n<x>" },
      ["smtp_from: holds control characters", "smtp_from: is missing"],
    ],
    [{ ...SMTP, TOKLIGENCE_SMTP_FROM: "gateway" }, ["smtp_from: is no sender"]],
    [{ ...SMTP, TOKLIGENCE_SMTP_USER: "gateway" }, ["smtp_password: is missing"]],
    [
      { ...SMTP, TOKLIGENCE_SMTP_USER: "u", TOKLIGENCE_SMTP_PASSWORD: "p", TOKLIGENCE_SMTP_TLS: "none" },
      ["smtp_tls: would send the password in the clear"],
    ],
    [{ TOKLIGENCE_PUBLIC_URL: "https://example.com/gateway" }, ["public_url: has more than a name"]],
    [
      { TOKLIGENCE_TRUSTED_PROXIES: "10.0.0.0/33, fd00::/8, proxy" },
      ['trusted_proxies: "10.0.0.0/33" is no address', 'trusted_proxies: "proxy" is no address'],
    ],
    [{ TOKLIGENCE_SESSION_HOURS: "0" }, ['session_hours: "0" is no whole number in range']],
  ])("refuse what cannot work: %j", (env, expected) => expect(problems(env)).toEqual(expected));
});

describe("sign_in in gateway.yaml", () => {
  it("lists OIDC providers, with as little as they need", () => {
    const { signIn } = read(
      "sign_in:\n  oidc:\n    - {id: company, issuer: https://login.example.com, client_id: gateway}\n",
    );
    expect(signIn).toEqual({
      oidc: [
        {
          id: "company",
          name: "company",
          issuer: "https://login.example.com",
          clientId: "gateway",
          clientSecret: null,
          scopes: ["openid", "email", "profile"],
          trustEmail: false,
          logout: true,
          provision: null,
          roles: null,
          teams: null,
          where: `${PATH}:3`,
        },
      ],
      tokens: [],
    });
  });

  it("lists all that can be said of them, and issuers of tokens", () => {
    const { signIn } = read(
      [
        "sign_in:",
        "  oidc:",
        "    - id: company",
        "      name: Example",
        "      issuer: https://login.example.com/realm",
        "      client_id: gateway",
        "      client_secret: file:oidc.secret",
        "      scopes: [openid, email, groups]",
        "      trust_email: true",
        "      logout: false",
        "      provision: {domains: [Example.com], role: gateway_user}",
        "      roles: {claim: groups, map: {admins: gateway_admin}}",
        "      teams: {claim: groups, map: {data: Data science}}",
        "  tokens:",
        "    - {issuer: http://127.0.0.1:9000, audience: gateway, jwks_url: https://login.example.com/keys}",
      ].join("\n"),
    );
    expect(signIn?.oidc[0]).toMatchObject({
      clientSecret: { source: "file", path: "/etc/tokligence/oidc.secret" },
      provision: { domains: ["example.com"], role: "gateway_user" },
      roles: { claim: "groups", map: [{ value: "admins", role: "gateway_admin" }] },
      teams: { claim: "groups", map: [{ value: "data", team: "Data science" }] },
    });
    expect(signIn?.tokens).toMatchObject([{ issuer: "http://127.0.0.1:9000", audience: "gateway" }]);
  });

  it.each([
    ["oidc: [{id: a, issuer: 'http://login.example.com', client_id: b}]", "sign_in.oidc[0].issuer"],
    ["oidc: [{id: a, issuer: 'https://u:p@login.example.com', client_id: b}]", "sign_in.oidc[0].issuer"],
    [
      "oidc: [{id: a, issuer: 'https://l.example', client_id: b, client_secret: planted-in-the-clear}]",
      "sign_in.oidc[0].client_secret",
    ],
    ["oidc: [{id: a, issuer: 'https://l.example', client_id: b, scopes: [email]}]", "sign_in.oidc[0].scopes"],
    [
      "oidc: [{id: a, issuer: 'https://l.example', client_id: b, provision: {role: root_admin, domains: [x.y]}}]",
      "sign_in.oidc[0].provision.role",
    ],
    ["oidc: [{id: a, issuer: 'https://l.example', client_id: b, provision: {}}]", "sign_in.oidc[0].provision.domains"],
    [
      "oidc: [{id: a, issuer: 'https://l.example', client_id: b, roles: {claim: g, map: {x: root_admin}}}]",
      "sign_in.oidc[0].roles.map",
    ],
    [
      "oidc: [{id: a, issuer: 'https://l.example', client_id: b}, {id: a, issuer: 'https://l.example', client_id: b}]",
      "sign_in.oidc[1].id",
    ],
    ["tokens: [{issuer: 'https://l.example'}]", "sign_in.tokens[0].audience"],
    ["saml: []", "sign_in"],
  ])("refuses %s", (text, key) => {
    const found = problemsOf(`sign_in:\n  ${text}\n`);
    expect(found.map((problem) => problem.key)).toEqual([key]);
    expect(JSON.stringify(found)).not.toContain("planted");
  });
});
