import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { readConfigFile } from "../../../src-gateway/settings/read-config-file.ts";
import { type ConfigFileContent, type SettingProblem, SettingsError } from "../../../src-gateway/settings/types.ts";

const PATH = "/etc/tokligence/gateway.yaml";
const KNOWN = {
  kinds: new Set(["openai", "anthropic", "groq", "openai-compatible", "anthropic-compatible"]),
  otherProviderIds: new Set(["from-env"]),
};
const read = (text: string): ConfigFileContent => readConfigFile(PATH, text, KNOWN);

function problemsOf(text: string): SettingProblem[] {
  try {
    read(text);
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
}

const provider = (lines: string): string =>
  `providers:\n  - id: mine\n    kind: openai\n    ${lines.replaceAll("\n", "\n    ")}\n`;

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

  it("takes a file: credential of the home folder as it is", () => {
    expect(read(provider("credential: file:~/key")).providers[0]?.credential).toEqual({
      source: "file",
      path: "~/key",
    });
  });
});

describe("a mistake is refused with its line and the way to do it right:", () => {
  it.each<[string, string, number, string, string, string]>([
    ["an unknown name at the top", "provider: []", 1, "file", '"provider" is not known', "did you mean providers? "],
    [
      "an unknown name in a provider",
      provider("base_ulr: x"),
      4,
      "providers[0]",
      '"base_ulr" is not known',
      "did you mean base_url? ",
    ],
    [
      "an unknown name in a route",
      "routes:\n- {match: a, target: [loopback], targets: [loopback]}",
      2,
      "routes[0]",
      '"target" is not known',
      "did you mean targets? ",
    ],
    [
      "a list where a map is wanted",
      "- a",
      1,
      "file",
      "must be a map of names to values",
      "allowed names: providers, routes, aliases",
    ],
    ["a map where a list is wanted", "providers: {id: a}", 1, "providers", "must be a list", ""],
    [
      "a provider without a name",
      "providers:\n  - kind: openai",
      2,
      "providers[0].id",
      "is missing",
      "a name of your choice",
    ],
    ["a name without a value", "providers:\n- {id, kind: openai}", 2, "providers[0].id", "is empty", ""],
    [
      "a name that is taken",
      "providers:\n- {id: a, kind: openai}\n- {id: a, kind: groq}",
      3,
      "providers[1].id",
      '"a" stands twice',
      "give each instance a name of its own",
    ],
    [
      "the built-in name",
      "providers: [{id: loopback, kind: openai}]",
      1,
      "providers[0].id",
      '"loopback" is the built-in provider',
      "choose another name",
    ],
    [
      "a slash in a name",
      "providers: [{id: a/b, kind: openai}]",
      1,
      "providers[0].id",
      '"a/b" cannot be a name',
      "allowed: letters, ",
    ],
    [
      "a space in a name",
      "providers: [{id: a b, kind: openai}]",
      1,
      "providers[0].id",
      '"a b" cannot be a name',
      "allowed: letters, ",
    ],
    [
      "a control character in a name",
      'providers: [{id: "a\\u0007", kind: openai}]',
      1,
      "providers[0].id",
      "must be a text on one line",
      "",
    ],
    [
      "an unknown kind",
      provider("").replace("kind: openai", "kind: opnai"),
      3,
      "providers[0].kind",
      '"opnai" is not in the catalogue',
      "did you mean openai? for anything else openai-compatible",
    ],
    [
      "a number for a text",
      provider("base_url: 8000"),
      4,
      "providers[0].base_url",
      "must be a text on one line",
      "put it in quotes",
    ],
    [
      "another scheme",
      provider("base_url: ftp://x"),
      4,
      "providers[0].base_url",
      "is no http(s) address",
      "such as https://api.example.com/v1",
    ],
    [
      "a password in an address",
      provider("base_url: https://u:hunter2@x"),
      4,
      "providers[0].base_url",
      "must not hold a user or password",
      "give the key as a credential",
    ],
    [
      "a query in an address",
      provider("base_url: https://x/?key=1"),
      4,
      "providers[0].base_url",
      "must not hold a query",
      "only scheme, host, port and path",
    ],
    [
      "an address in the options",
      provider("options: {base_urls: {openai-chat: x}}"),
      4,
      'providers[0].options.base_urls."openai-chat"',
      "is no http(s) address",
      "such as https://",
    ],
    [
      "a credential without a place",
      provider("credential: hunter2"),
      4,
      "providers[0].credential",
      "does not say where the key is; a key in clear text is refused",
      "write env:NAME, file:PATH or keychain:NAME",
    ],
    [
      "a credential as a map",
      provider("credential: {env: A}"),
      4,
      "providers[0].credential",
      "must be a text",
      "write env:NAME, file:PATH or keychain:NAME",
    ],
    [
      "an unknown protocol",
      provider("protocols: [chat, grpc]"),
      4,
      "providers[0].protocols[1]",
      '"grpc" is no protocol',
      "allowed: openai-chat, openai-responses, anthropic-messages, gemini-content",
    ],
    [
      "a name of Object for a protocol",
      provider("protocols: [constructor]"),
      4,
      "providers[0].protocols[0]",
      '"constructor" is no protocol',
      "allowed: openai-chat",
    ],
    [
      "no protocol at all",
      provider("protocols: []"),
      4,
      "providers[0].protocols",
      "names no protocol",
      "allowed: openai-chat",
    ],
    [
      "a header with a line break",
      provider('headers: {x-a: "b\\nc"}'),
      4,
      'providers[0].headers."x-a"',
      "must be a text on one line",
      "",
    ],
    [
      "a header of the connection",
      provider("headers: {Host: x}"),
      4,
      'providers[0].headers."Host"',
      "is set by the gateway itself",
      "",
    ],
    [
      "a header with spaces in its name",
      provider("headers: {a b: x}"),
      4,
      'providers[0].headers."a b"',
      "is no header that can be sent",
      "letters, digits and dashes",
    ],
    [
      "a route without a pattern",
      "routes:\n  - targets: [loopback]",
      2,
      "routes[0].match",
      "is missing",
      "a model name, or a pattern such as gpt-*",
    ],
    [
      "a route without targets",
      "routes: [{match: a}]",
      1,
      "routes[0].targets",
      "is missing",
      "such as targets: [openai]",
    ],
    [
      "a route with no target",
      "routes: [{match: a, targets: []}]",
      1,
      "routes[0].targets",
      "names no provider",
      "such as targets: [openai]",
    ],
    [
      "an unknown provider",
      "routes:\n- {match: a, targets: [form-env]}",
      2,
      "routes[0].targets[0]",
      '"form-env" is no configured provider',
      "did you mean from-env? known: from-env, loopback",
    ],
    [
      "an empty model",
      "routes: [{match: a, targets: [loopback/]}]",
      1,
      "routes[0].targets[0]",
      "names no model after the slash",
      "",
    ],
    [
      "an unknown strategy",
      "routes: [{match: a, strategy: random, targets: [loopback]}]",
      1,
      "routes[0].strategy",
      '"random" is no strategy',
      "allowed: single, fallback, weighted",
    ],
    [
      "more targets than a strategy takes",
      "routes: [{match: a, strategy: single, targets: [loopback, from-env]}]",
      1,
      "routes[0].strategy",
      "single takes one target",
      "allowed with more: fallback, weighted",
    ],
    [
      "a negative weight",
      "routes: [{match: a, targets: [{provider: loopback, weight: -1}]}]",
      1,
      "routes[0].targets[0].weight",
      "is no number in range",
      "allowed: 0 to 1000000",
    ],
    [
      "a weight that is no number",
      "routes: [{match: a, targets: [{provider: loopback, weight: .nan}]}]",
      1,
      "routes[0].targets[0].weight",
      "is no number in range",
      "allowed: 0 to 1000000",
    ],
    [
      "weights of nothing",
      "routes: [{match: a, strategy: weighted, targets: [{provider: loopback, weight: 0}]}]",
      1,
      "routes[0].targets",
      "every weight is 0",
      "at least one must be larger",
    ],
    [
      "aliases as a list",
      "aliases: [a]",
      1,
      "aliases",
      "must be a map of names to models",
      "such as aliases: {fast: gpt-5-mini}",
    ],
    ["a bare star", "routes:\n- match: *", 2, "file", "a value begins with *", 'put it in quotes, such as match: "*"'],
    [
      "a bare pattern",
      "routes:\n- match: *-mini\n  targets: [loopback]",
      2,
      "file",
      "a value begins with *",
      'put it in quotes, such as match: "*"',
    ],
    [
      "a name that stands twice",
      "aliases:\n  a: b\n  a: c",
      3,
      "file",
      "a name stands twice in the same map",
      "leave one of them",
    ],
    ["a tab", "aliases:\n\ta: b", 2, "file", "a line is indented with a tab", "use spaces"],
    [
      "a second document",
      "{}\n---\n{}",
      2,
      "file",
      "there is more than one document",
      "leave out the --- between them",
    ],
    ["a tag", "aliases: !env a", 1, "file", "cannot be read as YAML or JSON", ""],
    ["bombs of brackets", "[".repeat(20_000), 1, "file", "the file is nested too deeply", ""],
  ])("%s", (_, text, line, key, problem, hint) => {
    const problems = problemsOf(text);
    expect(problems[0]).toMatchObject({ where: `${PATH}:${line}`, key, problem });
    expect(problems[0]?.hint).toContain(hint);
    expect(problems).toHaveLength(1);
  });

  it("all mistakes at once, but not the same one over and over", () => {
    expect(problemsOf(`${provider("base_url: x\ncredential: y")}routes: [{match: a, targets: [nobody]}]`)).toHaveLength(
      3,
    );
    expect(problemsOf("[".repeat(200)).length).toBeLessThanOrEqual(5);
  });

  it("a route to a provider that has a mistake of its own is not refused, too", () => {
    const text = `${provider("base_url: x")}routes: [{match: a, targets: [mine]}]`;
    expect(problemsOf(text).map(({ key }) => key)).toEqual(["providers[0].base_url"]);
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
    ["in an option by its name", "options: {client_secret: hunter2}"],
    ["in an option by its look", `options: {deep: [{x: "tok_0123456789"}]}`],
  ])("%s is refused, once, with the way to do it right, and never repeated", (_, lines) => {
    const problems = problemsOf(provider(lines));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ where: `${PATH}:4` });
    expect(problems[0]?.problem).toContain("clear text");
    expect(problems[0]?.hint).toContain("env:NAME, file:PATH or keychain:NAME");
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

  it("it is taken or refused with a place, and nothing else is thrown", () => {
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
    const id = fc.stringMatching(/^[a-z][a-z0-9-]{0,10}$/).filter((name) => name !== "loopback");
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
