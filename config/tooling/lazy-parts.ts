/**
 * What of the daemon's bundle is loaded when it is first used. A start that serves takes a fraction of the program: the rest lies
 * in files of its own beside it, and the first use of anything in one of them loads it.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";

const require = createRequire(import.meta.url);

/** Files by what is in them. None may be needed while the modules of another are being evaluated, only from functions. */
const PARTS: Readonly<Record<string, RegExp>> = {
  undici: /node_modules\/undici\/|^\0lazy:undici/,
  yaml: /node_modules\/yaml\/|^\0lazy:yaml/,
  "csv-parse": /node_modules\/csv-parse\//,
  websocket: /node_modules\/ws\/|src-gateway\/server\/responses-socket\//,
  // All that checks shapes, because a schema is made when its module is loaded.
  shapes:
    /node_modules\/zod\/|src-gateway\/(?:admin-api\/contract|transfer)\/|src-gateway\/settings\/[a-z-]*schemas?\.ts|src-gateway\/hooks\/event-catalogue/,
  protocols: /src-gateway\/protocols\//,
  // What people ask of the books, or have switched on; requests are written down without it.
  books: /src-gateway\/(?:analytics\/|request-log\/read-rows|ledger\/(?!other-reports|read-sums|types|usage-reports))/,
  budgets: /src-gateway\/budgets\//,
  // Needed where there is a `gateway.yaml`, or somebody edits one.
  configuration:
    /src-gateway\/(?:settings\/(?:check-shared-budgets|yaml-reader|read-(?:budgets|config-file|default-provider|identity|on-status|price-file|prices|provider-extras|providers|rate-limits|route-targets|routes|sign-in|window))|revisions\/(?!desk|revision-rows|types))/,
  people:
    /src-gateway\/(?:sign-in\/|auth\/(?:change-user|export-users|group-names|import-users|issuer-keys|jwt|merge-people|read-people|read-user-lines|remove-user|rotate-key|service-account|token-users))/,
  // For migrations alone, or for nothing here.
  "sql-rest":
    /node_modules\/kysely\/dist\/(?:schema\/|operation-node\/operation-node-transformer|plugin\/(?:immediate-value|with-schema)\/|query-builder\/(?:case|json-path|merge-query)-builder)/,
  migrations: /src-gateway\/store\/migrations\/(?:00(?:0\d|1\d|20|21)-|sum-up-old-rows)/,
};

/** Modules of Node that take milliseconds, and that no plain start needs. */
const BUILT_IN: readonly string[] = ["child_process", "dns/promises", "http2", "https", "tls", "vm", "worker_threads"];

/** What every start reads, and others share with it: one file, where it would be ten, each to be found and read. */
const TOGETHER = {
  daemon:
    /src-gateway\/(?:daemon\.ts|start-message|settings\/|ir\/protocol\.ts|lib\/(?:control-characters|disk-full|tune-collector)|compose\/(?:spill-files|worker-link))/,
};

const tests = Object.entries({ ...PARTS, ...TOGETHER }).map(([name, test]) => ({ name, test }));

/** For `output.codeSplitting`. */
export const lazyGroups = tests.map(({ name, test }) => ({
  name,
  test: (id: string) => test.test(id.replaceAll("\\", "/")),
  includeDependenciesRecursively: false,
}));

/** For an environment that makes CommonJS, whose imports can be put off. */
export function lazyParts(environment: string): Plugin[] {
  const applyToEnvironment = ({ name }: { name: string }): boolean => name === environment;
  return [
    { name: "lazy-facades", enforce: "pre", applyToEnvironment, resolveId: facadeOf, load: (id) => FACADES[id]?.() },
    {
      name: "lazy-imports",
      applyToEnvironment,
      renderChunk: (code) => ({ code: putOffImports(code), map: null }),
    },
  ];
}

/** A package in CommonJS is evaluated by whoever imports it; one behind a module is evaluated with that. */
function facadeOf(id: string, importer: string | undefined): string | null {
  if (id === "undici" || id === "yaml" || id === "better-sqlite3") return `\0lazy:${id}`;
  const by = importer?.replaceAll("\\", "/") ?? "";
  if (by.endsWith("/pino/pino.js") && id === "./lib/caller") return "\0lazy:pino-caller";
  if (/\/pino\/(?:pino|lib\/tools)\.js$/.test(by) && /^worker_threads$|\/transport$/.test(id))
    return "\0lazy:pino-threads";
  if (by.endsWith("/sonic-boom/index.js") && id === "assert") return "\0lazy:assert";
  return by.endsWith("/undici/lib/dispatcher/client.js") && /^\.\/client-h2(?:\.js)?$/.test(id)
    ? "\0lazy:undici-h2"
    : null;
}

const undici = (path: string): string => JSON.stringify(require.resolve(`undici/lib/${path}.js`));

const sqlite = (name: string): string =>
  JSON.stringify(join(dirname(require.resolve("better-sqlite3/package.json")), `lib/${name}.js`));

const FACADES: Readonly<Record<string, () => string>> = {
  "\0lazy:yaml": () =>
    `import yaml from ${JSON.stringify(require.resolve("yaml"))};
     export const { ${Object.keys(require("yaml") as object).join(", ")} } = yaml;`,
  // What upstream/ uses of it. The package itself also loads its mocks, caches and a database.
  "\0lazy:undici": () =>
    `import api from ${undici("api/index")};
     import buildConnector from ${undici("core/connect")};
     import { parseURL } from ${undici("core/util")};
     import Agent from ${undici("dispatcher/agent")};
     import Dispatcher from ${undici("dispatcher/dispatcher")};
     import ProxyAgent from ${undici("dispatcher/proxy-agent")};
     import { getGlobalDispatcher } from ${undici("global")};
     Object.assign(Dispatcher.prototype, api);
     export { Agent, buildConnector, ProxyAgent };
     export const fetch = async (input, init) => {
       const { default: web } = await import(${undici("web/fetch/index")});
       return web.fetch(input, init);
     };
     export const request = (target, { dispatcher = getGlobalDispatcher(), ...given } = {}) => {
       const url = parseURL(target);
       const method = given.method ?? (given.body ? "PUT" : "GET");
       return dispatcher.request({ ...given, origin: url.origin, path: url.pathname + url.search, method });
     };`,
  // Where a logger is made matters to those that write in threads of pino's. To find out, the lines of the whole bundle are counted.
  "\0lazy:pino-caller": () => "module.exports = () => [];",
  // Our loggers write by themselves: no thread of pino's is ever started, and no file of its own opened.
  "\0lazy:pino-threads": () => "module.exports = {};",
  // Sixteen small files, each to be found and read. Its native part stays where it is, and so does what finds that.
  "\0lazy:better-sqlite3": () =>
    `const Sqlite = require(${sqlite("database")})((given) => {
       const folder = require("node:path").dirname(require.resolve("better-sqlite3/package.json"));
       return require(folder + "/lib/binding.js").getBinding(given);
     }, true);
     Sqlite.SqliteError = require(${sqlite("sqlite-error")});
     module.exports = Sqlite;`,
  "\0lazy:assert": () => `module.exports = (...given) => require("node:assert")(...given);`,
  // HTTP/2 is spoken to nobody, and its constants come with a module of Node that is loaded for them.
  "\0lazy:undici-h2": () => `module.exports = (...given) => require(${undici("dispatcher/client-h2")})(...given);`,
};

const isPart = (path: string): boolean => {
  const file = path.slice(path.lastIndexOf("/") + 1);
  return Object.keys(PARTS).some((name) => file.startsWith(`${name}-`));
};

/** Each import of a part becomes a property that is filled when it is first read. */
function putOffImports(code: string): string {
  let text = code;
  const imports = /^(?:const|let) ([\w$]+) = (require\("([^"]+)"\));\n(?:\1 = ([\w$.]+)\(\1(, 1)?\);\n)?/gm;
  for (const [line, name, load, path, wrap, mode = ""] of code.matchAll(imports)) {
    if (name === undefined || load === undefined || path === undefined) continue;
    if (!isPart(path) && !BUILT_IN.includes(path.replace(/^node:/, ""))) continue;
    const value = wrap === undefined ? load : `${wrap}(${load}${mode})`;
    // After three dots it is a value, after one a property of the same name.
    const use = new RegExp(`(?<![\\w$]|(?<!\\.\\.)\\.)${name.replaceAll("$", "\\$")}(?![\\w$])`, "g");
    const [before = "", after = ""] = text.split(line).map((part) => part.replace(use, () => `lazy$${name}.it`));
    const it = `get it() { const it = ${value}; Object.defineProperty(this, "it", { value: it }); return it; }`;
    // As many lines as before: the source map is the one of the code without this.
    text = `${before}const lazy$${name} = { ${it} };\n${wrap === undefined ? "" : "\n"}${after}`;
  }
  return text;
}
