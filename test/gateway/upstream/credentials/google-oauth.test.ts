import { generateKeyPairSync, verify } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createGoogleTokens, type FetchJson } from "../../../../src-gateway/upstream/credentials/google-oauth.ts";

const { privateKey, publicKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});
const EMAIL = "gateway@project.iam.example";
const START_SECONDS = 1_795_000_000;
const NO_GRANT = { error: "invalid_grant", error_description: "Invalid JWT Signature." };

interface Answer {
  status: number;
  json: unknown;
}

/** A token service: checks each statement, then says what the test wants. */
let server: Server;
let statements: Record<string, unknown>[];
let answer: (count: number) => Answer | Promise<Answer>;
let nowUs: number;

beforeEach(async () => {
  statements = [];
  nowUs = START_SECONDS * 1_000_000;
  answer = (count) => ({
    status: 200,
    json: { access_token: `token ${count}`, expires_in: 3600, token_type: "Bearer" },
  });
  server = createServer((request, response) => void respond(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
});

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const form = new URLSearchParams(await text(request));
  const [header = "", claims = "", signature = ""] = (form.get("assertion") ?? "").split(".");
  const isSigned = verify("sha256", Buffer.from(`${header}.${claims}`), publicKey, Buffer.from(signature, "base64url"));
  const isRight = isSigned && form.get("grant_type") === "urn:ietf:params:oauth:grant-type:jwt-bearer";
  const read = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString()) as Record<string, unknown>;
  statements.push({ ...read(header), ...read(claims) });
  const { status, json } = isRight ? await answer(statements.length) : { status: 400, json: NO_GRANT };
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(json));
}

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => {
    server.close(resolve);
  });
});

const tokenUri = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
const account = (more: Record<string, unknown> = {}): string =>
  JSON.stringify({
    type: "service_account",
    client_email: EMAIL,
    private_key: privateKey,
    private_key_id: "k1",
    token_uri: tokenUri(),
    ...more,
  });
const fetchJson: FetchJson = async (url, form) => {
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const reply = await fetch(url, { method: "POST", headers, body: form });
  return { status: reply.status, json: await reply.json() };
};
const create = () => createGoogleTokens({ clock: { nowUs: () => nowUs, monotonicUs: () => nowUs }, fetchJson });
const passSeconds = (seconds: number): void => {
  nowUs += seconds * 1_000_000;
};

describe("access tokens of Google", () => {
  it("are given for a statement that the account has signed", async () => {
    expect(await create().tokenFor(account())).toBe("token 1");
    expect(statements).toEqual([
      {
        alg: "RS256",
        typ: "JWT",
        kid: "k1",
        iss: EMAIL,
        scope: "https://www.googleapis.com/auth/cloud-platform",
        aud: tokenUri(),
        iat: START_SECONDS,
        exp: START_SECONDS + 3600,
      },
    ]);
  });

  it("are kept until five minutes before they expire", async () => {
    const tokens = create();
    await tokens.tokenFor(account());
    passSeconds(3299);
    expect(await tokens.tokenFor(account())).toBe("token 1");
    passSeconds(1);
    expect(await tokens.tokenFor(account())).toBe("token 2");
    expect(await tokens.tokenFor(account())).toBe("token 2");
  });

  it("are fetched once, however many ask at the same time", async () => {
    const tokens = create();
    const ask = () => Promise.all(Array.from({ length: 20 }, () => tokens.tokenFor(account())));
    expect(new Set(await ask())).toEqual(new Set(["token 1"]));
    passSeconds(3600);
    expect(new Set(await ask())).toEqual(new Set(["token 2"]));
  });

  it("are another account's own", async () => {
    const tokens = create();
    expect(await tokens.tokenFor(account())).toBe("token 1");
    expect(await tokens.tokenFor(account({ client_email: "other@project.iam.example" }))).toBe("token 2");
    expect(await tokens.tokenFor(account())).toBe("token 1");
  });

  it("live an hour when Google does not say how long", async () => {
    answer = (count) => ({ status: 200, json: { access_token: `token ${count}` } });
    const tokens = create();
    await tokens.tokenFor(account());
    passSeconds(3299);
    expect(await tokens.tokenFor(account())).toBe("token 1");
  });

  it("are used to their end when they cannot be renewed, and asked for again each time", async () => {
    const tokens = create();
    await tokens.tokenFor(account());
    answer = () => ({ status: 503, json: {} });
    passSeconds(3400);
    expect(await tokens.tokenFor(account())).toBe("token 1");
    passSeconds(200);
    await expect(tokens.tokenFor(account())).rejects.toMatchObject({ code: "provider_unreachable", retryable: true });
    answer = () => ({ status: 200, json: { access_token: "back" } });
    expect(await tokens.tokenFor(account())).toBe("back");
    expect(statements).toHaveLength(4);
  });

  it("are refused for an account that Google does not know, and the reason stays out of the client's sight", async () => {
    const { privateKey: foreign } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
      publicKeyEncoding: { type: "spki", format: "pem" },
    });
    await expect(create().tokenFor(account({ private_key: foreign }))).rejects.toMatchObject({
      code: "provider_auth_failed",
      message: expect.not.stringContaining("JWT"),
      cause: expect.stringContaining("400: Invalid JWT Signature."),
    });
  });

  it.each([
    ["no JSON", () => "{oops"],
    ["no key in it", () => account({ private_key: undefined })],
    [
      "a key that is none",
      () => account({ private_key: "-----BEGIN PRIVATE KEY-----\nSECRET\n-----END PRIVATE KEY-----\n" }),
    ],
  ])("need a service account: %s", async (_, file) => {
    const failure: unknown = await create()
      .tokenFor(file())
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "credential_missing", message: expect.stringContaining("service account") });
    expect(String((failure as Error).stack)).not.toContain("SECRET");
    expect((failure as Error).cause).toBeUndefined();
    expect(statements).toEqual([]);
  });

  it("cannot be had when nobody answers", async () => {
    const uri = "http://127.0.0.1:1/token";
    await expect(create().tokenFor(account({ token_uri: uri }))).rejects.toMatchObject({
      code: "provider_unreachable",
    });
  });
});
