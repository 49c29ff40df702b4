import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { looksLikeKey } from "../../../src-gateway/settings/secret-text.ts";
import { type ConfigFileContent, SettingsError } from "../../../src-gateway/settings/types.ts";
import { PATH, problemsOf, provider, read } from "./config-file.ts";

describe("gateway.yaml", () => {
  it("gives providers, routes and aliases, each with its line", () => {
    const content = read(`
providers:
  - id: work
    kind: openai-compatible
    base_url: http://10.0.0.5:8000/v1/
    credential: env:WORK_KEY
    protocols: [chat, openai-responses, openai]
    models: [a, b, a]
    headers: { X-Team: blue }
    options: { base_urls: { openai-chat: "http://127.0.0.1:1" }, deep: { list: [1, true, null] } }
  - { id: openai, credential: "file:keys/openai" }
  - { id: claude, kind: anthropic, credential: "keychain:claude key" }
routes:
  - match: gpt-*
    targets:
      - provider: work
        model: a
        weight: 3
      - openai
      - from-env/vendor/model
  - { match: solo, targets: [loopback] }
  - { match: "*", strategy: weighted, targets: [work, { provider: openai, weight: 0 }] }
aliases:
  fast: gpt-5-mini
`);
    expect(content.providers).toEqual([
      {
        id: "work",
        kind: "openai-compatible",
        where: `${PATH}:3`,
        baseUrl: "http://10.0.0.5:8000/v1",
        credential: { source: "env", name: "WORK_KEY" },
        protocols: ["openai-chat", "openai-responses"],
        models: ["a", "b"],
        headers: { "x-team": "blue" },
        options: { base_urls: { "openai-chat": "http://127.0.0.1:1" }, deep: { list: [1, true, null] } },
      },
      {
        id: "openai",
        kind: "openai",
        where: `${PATH}:11`,
        credential: { source: "file", path: "/etc/tokligence/keys/openai" },
      },
      { id: "claude", kind: "anthropic", where: `${PATH}:12`, credential: { source: "keychain", name: "claude key" } },
    ]);
    expect(content.routes).toEqual([
      {
        match: "gpt-*",
        strategy: "fallback",
        where: `${PATH}:14`,
        targets: [
          { provider: "work", model: "a", weight: 3 },
          { provider: "openai" },
          { provider: "from-env", model: "vendor/model" },
        ],
      },
      { match: "solo", strategy: "single", where: `${PATH}:21`, targets: [{ provider: "loopback" }] },
      {
        match: "*",
        strategy: "weighted",
        where: `${PATH}:22`,
        targets: [{ provider: "work" }, { provider: "openai", weight: 0 }],
      },
    ]);
    expect(content.aliases).toEqual({ fast: "gpt-5-mini" });
  });

  it.each([
    "",
    "# nothing yet\n",
    "---\n",
    "{}",
    "providers:\nroutes:\naliases:\n",
  ])("may configure nothing: %j", (text) => {
    expect(read(text)).toEqual({ providers: [], routes: [], aliases: {} });
  });

  it("may be JSON, indented with tabs", () => {
    const json = {
      providers: [{ id: "a\ud83d\ude00".slice(0, 1), kind: "openai" }],
      aliases: { "\ud83d\ude00": "a/b" },
    };
    const content = read(JSON.stringify(json, null, "\t"));
    expect(content.providers).toMatchObject([{ id: "a", kind: "openai" }]);
    expect(content.aliases).toEqual({ "\ud83d\ude00": "a/b" });
  });

  it("keeps names that objects have of their own as plain names", () => {
    const { aliases } = read("aliases: { __proto__: a, constructor: b }");
    expect(Object.entries(aliases)).toEqual([
      ["__proto__", "a"],
      ["constructor", "b"],
    ]);
  });

  it("takes several keys, each with what holds for it alone", () => {
    const { providers } = read(
      provider('credentials: ["env:A", {credential: "env:B", id: b, weight: 2, max_concurrency: 4}]'),
    );
    expect(providers[0]?.credentials).toEqual([
      { id: "key-1", credential: { source: "env", name: "A" }, weight: 1 },
      { id: "b", credential: { source: "env", name: "B" }, weight: 2, maxConcurrency: 4 },
    ]);
    expect(problemsOf(provider("credentials: [{credential: env:B, max_concurrency: 1.5}]"))).toHaveLength(1);
  });

  it("takes what is to be done after a status, in quotes or not", () => {
    const { providers } = read(provider('on_status: { "402": next, 404: next, 503: fail, 400: again }'));
    expect(providers[0]?.onStatus).toEqual({ 400: "again", 402: "next", 404: "next", 503: "fail" });
  });

  it("takes a file: credential of the home folder as it is", () => {
    expect(read(provider("credential: file:~/key")).providers[0]?.credential).toEqual({
      source: "file",
      path: "~/key",
    });
  });
});

describe("a key in clear text", () => {
  const KEY = "sk-proj-0123456789abcdefghij";
  it.each([
    ["as the credential", `credential: ${KEY}`],
    ["behind a prefix", `credential: env:${KEY.replaceAll("-", "_")}`],
    ["of the keychain", `credential: keychain:${KEY}`],
    ["as api_key", `api_key: ${KEY}`],
    ["as apiKey", `apiKey: ${KEY}`],
    ["as key", `key: ${KEY}`],
    ["as token", `token: ${KEY}`],
    ["in authorization", `headers: {Authorization: Bearer ${KEY}}`],
    ["in x-api-key, whatever it looks like", "headers: {X-Api-Key: hunter2}"],
    ["in x-goog-api-key", "headers: {x-goog-api-key: AIzaSyA0123456789}"],
    ["in another header", "headers: {x-mine: gsk_0123456789}"],
    ["as the name of a key", `credentials: [{id: ${KEY}, credential: "env:K"}]`],
    ["in an option by its name", "options: {client_secret: hunter2}"],
    ["in an option by its look", `options: {deep: [{x: "tok_0123456789"}]}`],
  ])("%s is refused, once, with the way to do it right, and never repeated", (_, lines) => {
    const problems = problemsOf(provider(lines));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ where: `${PATH}:4` });
    expect(problems[0]?.problem).toContain("clear text");
    expect(problems[0]?.hint).toContain("env:NAME, file:PATH, keychain:NAME or secret:NAME");
    expect(JSON.stringify(problems)).not.toMatch(/0123456789|hunter2/);
  });
});

describe("whatever is written into the file", () => {
  const outcome = (text: string): "taken" | "refused" => {
    try {
      read(text);
      return "taken";
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      for (const { where } of error.problems) expect(where).toMatch(/^\/etc\/tokligence\/gateway\.yaml:[1-9]\d*$/);
      return "refused";
    }
  };

  it("the reader takes it or refuses it with a place, and throws nothing else", () => {
    const piece = fc.constantFrom(
      ..."providers: |routes: |aliases: |- |  |\n|\t|{|}|[|]|,|: |? |&a |*a|!!set |!!binary |<<: |'|\"|#|%YAML 9\n|---\n|...\n|null|~|.nan|id: a|kind: openai|headers: |options: |targets: |match: |\u0000|\ufeff|\ud800".split(
        "|",
      ),
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ unit: "binary" })), { maxLength: 40 }), (pieces) => {
        expect(["taken", "refused"]).toContain(outcome(pieces.join("")));
      }),
      { numRuns: 500 },
    );
  });

  it("the same holds for well-formed files with any values in any place", () => {
    const names = fc.constantFrom(
      "providers",
      "routes",
      "aliases",
      "id",
      "kind",
      "base_url",
      "credential",
      "protocols",
      "models",
      "headers",
      "options",
      "base_urls",
      "match",
      "strategy",
      "targets",
      "provider",
      "model",
      "weight",
      "__proto__",
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom("openai", "loopback", "mine", "env:A", "http://x", "*"),
        fc.jsonValue({ maxDepth: 1 }),
        fc.array(tie("tree"), { maxLength: 3 }),
        fc.dictionary(names, tie("tree"), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(tree, fc.boolean(), (value, asJson) => {
        expect(["taken", "refused"]).toContain(outcome(asJson ? (JSON.stringify(value) ?? "") : stringify(value)));
      }),
      { numRuns: 500 },
    );
  });

  it("a good file is read the same as YAML and as JSON", () => {
    const id = fc.stringMatching(/^[a-z][a-z0-9-]{0,10}$/).filter((name) => name !== "loopback" && !looksLikeKey(name));
    const model = fc.stringMatching(/^[A-Za-z][\w./-]{0,20}$/);
    const file = fc.uniqueArray(id, { minLength: 1, maxLength: 4 }).chain((ids) =>
      fc.record({
        providers: fc.constant(
          ids.map((name) => ({
            id: name,
            kind: "openai",
            credential: `env:${name.toUpperCase().replaceAll("-", "_")}_KEY`,
          })),
        ),
        routes: fc.array(
          fc.record({ match: model, targets: fc.array(fc.constantFrom(...ids), { minLength: 1, maxLength: 3 }) }),
          { maxLength: 3 },
        ),
        aliases: fc.dictionary(model, model, { noNullPrototype: true }),
      }),
    );
    const withoutWhere = (content: ConfigFileContent): string =>
      JSON.stringify(content, (key, value: unknown) => (key === "where" ? 0 : value));
    fc.assert(
      fc.property(file, (value) => {
        const content = read(stringify(value));
        expect(withoutWhere(content)).toBe(withoutWhere(read(JSON.stringify(value))));
        expect(content.providers.map((each) => each.id)).toEqual(value.providers.map((each) => each.id));
        expect(content.aliases).toEqual(value.aliases);
      }),
    );
  });
});
