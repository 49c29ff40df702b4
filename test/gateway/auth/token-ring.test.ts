import { createHmac, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createApiKeys } from "../../../src-gateway/auth/api-keys.ts";
import { readJwt } from "../../../src-gateway/auth/jwt.ts";
import { createKeyHasher } from "../../../src-gateway/auth/key-hasher.ts";
import { createKeyRing } from "../../../src-gateway/auth/key-ring.ts";
import { createTokenRing, type TokenRing } from "../../../src-gateway/auth/token-ring.ts";
import type { KeyRing, Users } from "../../../src-gateway/auth/types.ts";
import { createUsers } from "../../../src-gateway/auth/users.ts";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { silentLogger } from "../../../src-gateway/lib/logger.ts";
import type { Store } from "../../../src-gateway/store/open-store.ts";
import { describeOnBothDatabases } from "../../suites/store.suite.ts";
import { until } from "../../support/until.ts";

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const nowS = (): number => Math.floor(Date.now() / 1_000);

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const small = generateKeyPairSync("rsa", { modulusLength: 1024 });
const ec = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const ed = generateKeyPairSync("ed25519");
const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 });
const jwk = (key: KeyObject, more: object): object => ({ ...key.export({ format: "jwk" }), use: "sig", ...more });

/** An issuer that counts how often its keys are asked for. */
async function startIssuer() {
  let asked = 0;
  let keys = [
    jwk(rsa.publicKey, { kid: "rsa", alg: "RS256" }),
    jwk(ec.publicKey, { kid: "ec" }),
    jwk(ed.publicKey, { kid: "ed" }),
    jwk(small.publicKey, { kid: "small" }),
    jwk(stranger.publicKey, { kid: "for-encryption", use: "enc" }),
  ];
  const server = http.createServer((request, response) => {
    const isKeys = request.url === "/keys";
    if (isKeys) asked++;
    response.end(JSON.stringify(isKeys ? { keys } : { issuer, jwks_uri: `${issuer}/keys` }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    issuer,
    asked: () => asked,
    setKeys: (next: object[]) => void (keys = next),
    stop: () => server.close(),
  };
}

describeOnBothDatabases("tokens of an issuer", (database) => {
  let idp: Awaited<ReturnType<typeof startIssuer>>;
  let store: Store;
  let users: Users;
  let keyRing: KeyRing;
  let ring: TokenRing;
  let userId = 0;
  const hasher = createKeyHasher("a secret of at least 32 characters");
  beforeEach(async () => {
    idp = await startIssuer();
    store = await database.open();
    users = createUsers(store, systemClock);
    userId = (await users.create({ email: "ada@example.com" })).id;
    keyRing = createKeyRing(store, hasher, { clock: systemClock, log: silentLogger, pollMs: 10 });
    await keyRing.reload();
    ring = createTokenRing(store, hasher, { clock: systemClock, log: silentLogger, keyRing, pollMs: 10 });
    await ring.setIssuers([config()]);
  });
  afterEach(() => {
    ring.stop();
    keyRing.stop();
    idp.stop();
  });

  const config = (more: object = {}) => ({
    issuer: idp.issuer,
    audience: "gateway",
    jwksUrl: null,
    trustEmail: false,
    where: "test",
    ...more,
  });
  const claims = (more: object = {}): object => ({
    iss: idp.issuer,
    aud: "gateway",
    sub: "ada",
    email: "Ada@example.com",
    email_verified: true,
    exp: nowS() + 600,
    ...more,
  });
  const token = (
    body: object,
    header: object = { alg: "RS256", kid: "rsa" },
    key: KeyObject = rsa.privateKey,
  ): string => {
    const content = `${part(header)}.${part(body)}`;
    const hash = key.asymmetricKeyType === "ed25519" ? null : "sha256";
    const signature = sign(hash, Buffer.from(content), { key, dsaEncoding: "ieee-p1363" });
    return `${content}.${signature.toString("base64url")}`;
  };
  const refusal = (text: string): string => {
    try {
      return `taken: ${ring.authenticate(text)?.email}`;
    } catch (error) {
      return (error as Error).message;
    }
  };

  it("are taken for their user, by every kind of key, without asking the issuer for each", async () => {
    const good = token(claims());
    expect(ring.authenticate(good)).toMatchObject({
      userId,
      email: "ada@example.com",
      role: "gateway_user",
      apiKeyId: null,
      scopes: [],
    });
    expect(ring.authenticate(token(claims(), { alg: "ES256", kid: "ec" }, ec.privateKey))?.userId).toBe(userId);
    expect(ring.authenticate(token(claims(), { alg: "EdDSA", kid: "ed", typ: "at+jwt" }, ed.privateKey))?.userId).toBe(
      userId,
    );
    expect(ring.authenticate(token(claims({ aud: ["other", "gateway"] }), { alg: "RS256" }))?.userId).toBe(userId);
    for (let n = 0; n < 100; n++) ring.authenticate(good);
    expect(idp.asked()).toBe(1);
  });

  it("are left to others where they are no tokens, or no issuer is configured", async () => {
    for (const text of ["", "tok_something", "sk-ant-x", "a.b.c", "eyJhbGciOiJub25lIn0.e30."])
      expect(ring.authenticate(text)).toBeNull();
    await ring.setIssuers([]);
    expect(ring.authenticate(token(claims()))).toBeNull();
  });

  it.each([
    ["of another issuer", () => token(claims({ iss: "https://evil.example" })), "of an issuer"],
    ["for somebody else", () => token(claims({ aud: "another-service" })), "for somebody else"],
    ["for nobody", () => token(claims({ aud: undefined })), "for somebody else"],
    ["expired", () => token(claims({ exp: nowS() - 61 })), "has expired"],
    ["without an end", () => token(claims({ exp: undefined })), "until when"],
    ["of the future", () => token(claims({ nbf: nowS() + 120 })), "not good yet"],
    ["of another kind", () => token(claims(), { alg: "RS256", kid: "rsa", typ: "logout+jwt" }), "opens nothing"],
    ["by another key", () => token(claims(), { alg: "RS256", kid: "rsa" }, stranger.privateKey), "not signed"],
    ["by an unknown key", () => token(claims(), { alg: "RS256", kid: "who" }), "not signed"],
    [
      "by a key for encryption",
      () => token(claims(), { alg: "RS256", kid: "for-encryption" }, stranger.privateKey),
      "not signed",
    ],
    [
      "by a key that is too short",
      () => token(claims(), { alg: "RS256", kid: "small" }, small.privateKey),
      "not signed",
    ],
    ["with extensions", () => token(claims(), { alg: "RS256", kid: "rsa", crit: ["b64"] }), "not signed"],
    ["of nobody here", () => token(claims({ email: "nobody@example.com" })), "belongs to nobody"],
    ["with an address that was not verified", () => token(claims({ email_verified: false })), "belongs to nobody"],
    [
      "with an address that is said to be verified in a text",
      () => token(claims({ email_verified: "true" })),
      "belongs to nobody",
    ],
  ])("are refused: %s", (_name, make, why) => {
    expect(refusal(make())).toContain(why);
    expect(refusal(make())).toContain(why);
  });

  it("are refused with no signature, a shared secret, or another algorithm than their key's", () => {
    const [, body = ""] = token(claims()).split(".");
    const none = `${part({ alg: "none" })}.${body}.AA`;
    const content = `${part({ alg: "HS256", kid: "rsa" })}.${body}`;
    const pem = rsa.publicKey.export({ type: "spki", format: "pem" });
    const shared = `${content}.${createHmac("sha256", pem).update(content).digest("base64url")}`;
    const other = token(claims(), { alg: "PS256", kid: "rsa" });
    for (const text of [none, shared, other]) expect(refusal(text)).toContain("not signed");
  });

  it("are refused with anything changed", () => {
    const good = token(claims());
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.constantFrom("A", "B", "_", "."), (at, letter) => {
        fc.pre(good[at] !== letter);
        const changed = good.slice(0, at) + letter + good.slice(at + 1);
        // The last letter of a signature may hold bits that stand for nothing.
        fc.pre(at < good.length - 1);
        expect(refusal(changed)).not.toContain("taken: ada");
      }),
      { numRuns: 300 },
    );
  });

  it("know people by their subject where they have signed in by OIDC, whatever the address says", async () => {
    const bare = token(claims({ sub: "subject-7", email: undefined, email_verified: undefined }));
    expect(refusal(bare)).toContain("belongs to nobody");
    const row = { user_id: userId, issuer: idp.issuer, subject: "subject-7", created_at: 1, last_used_at: 1 };
    await store.db.insertInto("user_identities").values(row).execute();
    await until(() => refusal(bare) === "taken: ada@example.com", 5);
  });

  it("end with the suspension of their user, also when another replica suspends them", async () => {
    const good = token(claims());
    expect(ring.authenticate(good)?.userId).toBe(userId);
    await createUsers(await database.open(), systemClock).setStatus(userId, "suspended");
    await until(() => refusal(good).includes("suspended"), 5);
  });

  it("end with it, too, where there are so many keys that they are looked up", async () => {
    ring.stop();
    keyRing.stop();
    keyRing = createKeyRing(store, hasher, { clock: systemClock, log: silentLogger, maxInMemory: 0 });
    await createApiKeys(store, hasher, systemClock).create({ userId, name: "one" });
    await keyRing.reload();
    ring = createTokenRing(store, hasher, { clock: systemClock, log: silentLogger, keyRing, pollMs: 10 });
    await ring.setIssuers([config()]);
    const good = token(claims());
    expect(ring.authenticate(good)?.userId).toBe(userId);
    await createUsers(await database.open(), systemClock).setStatus(userId, "suspended");
    await until(() => refusal(good).includes("suspended"), 5);
  });

  it("go on while the issuer is down, and take an address's word where the operator does", async () => {
    idp.stop();
    await ring.setIssuers([config({ trustEmail: true })]);
    expect(ring.authenticate(token(claims({ email_verified: undefined })))?.userId).toBe(userId);
  });
});

describe("a token's text", () => {
  it("is read or not, and never throws", () => {
    fc.assert(fc.property(fc.string(), (text) => void readJwt(text)));
    fc.assert(fc.property(fc.json(), (text) => void readJwt(`${Buffer.from(text).toString("base64url")}.e30.AA`)));
    expect(readJwt(`eyJ${"A".repeat(20_000)}.e30.AA`)).toBeNull();
  });
});
