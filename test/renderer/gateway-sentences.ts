/**
 * What the gateway says to people, read out of its sources: sentences of errors, reasons of plans, notes on losses, problems
 * of a configuration. Blanks stand where a value is put in. The console has them in other languages too.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync } from "vite";

const gateway = fileURLToPath(new URL("../../src-gateway/", import.meta.url));

/** Folders, and files, whose words the console shows. */
const SPEAKERS = [
  "admin-api/",
  "agents/",
  "auth/",
  "budgets/refusals.ts",
  "compose/",
  "exchange/",
  "flags/",
  "health/",
  "hooks/",
  "ir/",
  "ledger/ledger-jobs.ts",
  "limits/refusals.ts",
  "marketplace/",
  "protocols/adapt/",
  "providers/compat.ts",
  "providers/instances.ts",
  "request-log/conversation.ts",
  "revisions/",
  "routing/",
  "runaway/words.ts",
  "secrets/",
  "settings/",
  "sign-in/",
  "transfer/",
  "upstream/",
];

/** Who speaks to programs, to files, to the terminal or to models only. */
const ELSEWHERE = [
  "admin-api/contract/",
  "admin-api/openapi/",
  "admin-api/control-socket.ts",
  "admin-api/live-exchanges.ts",
  "admin-api/cookies.ts",
  "agents/conflicts.ts",
  "agents/editors/block.ts",
  "agents/key-lines.ts",
  "agents/recipes/crush.ts",
  "auth/check-auth-secret.ts",
  "auth/load-auth-secret.ts",
  "auth/issuer-keys.ts",
  "auth/key-lookups.ts",
  "auth/scopes.ts",
  "compose/gateway-gauges.ts",
  "compose/telemetry-side.ts",
  "compose/refuse-living.ts",
  "compose/storage.ts",
  "compose/body-thread.ts",
  "compose/gateway.ts",
  "compose/worker-link.ts",
  "exchange/failover-notice.ts",
  "hooks/chat-text.ts",
  "settings/config-schema.ts",
  "settings/money-schemas.ts",
  "settings/people-schemas.ts",
  "settings/route-schemas.ts",
  "settings/worker-settings.ts",
  "sign-in/mail-texts.ts",
  "sign-in/mailer.ts",
  "upstream/credentials/aws-sigv4.ts",
  "upstream/authorize.ts",
  // As undici spells them: what is wrong with the bytes of a provider, for who looks into it.
  "upstream/http1/",
];

interface Node {
  type: string;
  start: number;
  end: number;
  [member: string]: unknown;
}

export interface GatewaySentence {
  file: string;
  /** With `{{0}}`, `{{1}}` … where a value stands. */
  text: string;
}

export function gatewaySentences(): GatewaySentence[] {
  const files = (readdirSync(gateway, { recursive: true }) as string[]).toSorted();
  return files
    .filter((file) => file.endsWith(".ts") && startsWithOne(file, SPEAKERS) && !startsWithOne(file, ELSEWHERE))
    .flatMap((file) => sentencesOf(readFileSync(join(gateway, file), "utf8")).map((text) => ({ file, text })));
}

const startsWithOne = (file: string, starts: readonly string[]): boolean =>
  starts.some((start) => file.startsWith(start));

/** The wordy texts of a source, but for those of its imports, its log, its SQL and its rows of settings. */
function sentencesOf(source: string): string[] {
  const found: string[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const each of value) visit(each);
      return;
    }
    if (!isNode(value) || isSilent(value, source)) return;
    const said = partsOf(value);
    if (said === null) {
      for (const [name, member] of Object.entries(value)) if (name !== "type") visit(member);
      return;
    }
    const text = spell(said);
    if (isWordy(text)) found.push(text);
    for (const part of said) visit(part);
  };
  visit(parseSync("source.ts", source).program);
  return found;
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as Node).type === "string";

const SILENT = new Set(["ImportDeclaration", "ExportAllDeclaration", "TSLiteralType", "TaggedTemplateExpression"]);

function isSilent(node: Node, source: string): boolean {
  if (SILENT.has(node.type)) return true;
  if (node.type === "NewExpression") return /^new (?:TypeError|RangeError)\b/.test(source.slice(node.start, node.end));
  if (node.type !== "CallExpression" || !isNode(node["callee"])) return false;
  const called = source.slice(node["callee"].start, node["callee"].end);
  return /\b(?:log|logger)\??\.(?:trace|debug|info|warn|error)$|^(?:row|settingRow)$|\.(?:select|describe|set|header|setHeader)$/.test(
    called,
  );
}

/** A text, or several that are joined by `+`, as its words and the values between them; null of anything else. */
function partsOf(node: Node): (string | Node)[] | null {
  if (node.type === "Literal") return typeof node["value"] === "string" ? [node["value"]] : null;
  if (node.type === "TemplateLiteral") {
    const quasis = node["quasis"] as { value: { cooked: string } }[];
    const values = node["expressions"] as Node[];
    return quasis.flatMap(({ value }, place) => [value.cooked, ...values.slice(place, place + 1)]);
  }
  if (node.type !== "BinaryExpression" || node["operator"] !== "+") return null;
  const sides = [node["left"] as Node, node["right"] as Node].map((side) => partsOf(side) ?? [side]);
  const joined = sides.flat();
  return joined.some((part) => typeof part === "string") ? joined : null;
}

function spell(parts: readonly (string | Node)[]): string {
  let blanks = 0;
  return parts.map((part) => (typeof part === "string" ? part : `{{${blanks++}}}`)).join("");
}

const WORDY = /[a-z]{2,}[^\w{]+(?:\w+ )?[a-z]{2,}|[a-z]{3,}.* .*\{\{|\}\}.* .*[a-z]{3,}/;
const NO_WORDS =
  /^\s*(?:select|insert)\b|\bas \w+$|^[\w-]+\/[\w.+-]+;|-src |^(?:attachment|event|data|default-src|Bearer|Basic)\b|[<>]\w|^not in$|^is not$|^no-|\{\{0\}\}=/;
const isWordy = (text: string): boolean => text.includes(" ") && WORDY.test(text) && !NO_WORDS.test(text);
