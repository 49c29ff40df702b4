/**
 * What the connectors beside this file have in common: read an event, ask an HTTP API, end with 0 when the other system is
 * as it should be. It may be run twice for the same event: each one looks first, and changes only what differs.
 */
import { randomBytes } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

const TIMEOUT_MS = 10_000;
const isDryRun = process.argv.includes("--dry-run");

/**
 * @param {string} what the other system
 * @param {(user: MirroredUser) => Promise<void>} ensure the user is there, may use it, and has these roles and no other of
 *   those that are managed here
 * @param {(user: MirroredUser) => Promise<void>} suspend the user may do nothing for a while
 * @param {(user: MirroredUser) => Promise<void>} remove
 * @typedef {{ name: string, email: string, roles: string[], managed: string[] }} MirroredUser
 */
export async function mirror(what, { ensure, suspend, remove }) {
  try {
    const event = JSON.parse(await readAll(process.stdin));
    const action = actionOf(event);
    if (action === "nothing" || !/^[\w-]{1,40}$/.test(event.user_id ?? "")) {
      say(`nothing to do for ${event.type}`);
      return;
    }
    const { wanted, managed } = rolesOf(event.metadata.role);
    const user = {
      // The number stays when the address changes, and is a name in all of these systems.
      name: `${process.env["MIRROR_PREFIX"] ?? "tgw_"}${event.user_id}`,
      email: event.metadata.email,
      roles: wanted,
      managed,
    };
    await { ensure, suspend, remove }[action](user);
    say(`${what} has ${user.name} as ${event.type} wants it`);
  } catch (error) {
    process.stderr.write(`${what}: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

function actionOf({ type, metadata }) {
  if (type === "gateway.user.deleted") return "remove";
  if (type !== "gateway.user.provisioned" && type !== "gateway.user.updated") return "nothing";
  return metadata.status === "active" ? "ensure" : "suspend";
}

/** `MIRROR_ROLES=gateway_user=viewer,gateway_admin=viewer+editor`. Roles that it does not name are left as they are. */
function rolesOf(role) {
  const rows = need("MIRROR_ROLES")
    .split(",")
    .map((row) => row.split("=").map((part) => part.trim()));
  const listOf = (text = "") => text.split("+").filter((name) => name !== "");
  return {
    wanted: listOf(rows.find(([name]) => name === role)?.[1]),
    managed: [...new Set(rows.flatMap(([, names]) => listOf(names)))],
  };
}

export const missingFrom = (has, wanted) => wanted.filter((name) => !has.includes(name));
export const tooMany = (has, { roles, managed }) =>
  has.filter((name) => managed.includes(name) && !roles.includes(name));

export function need(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; list it under env: of the hook`);
  return value;
}

export const say = (text) => process.stdout.write(`${isDryRun ? "dry run: " : ""}${text}\n`);

/**
 * Looks at the other system, or changes it; with --dry-run it only says what it would change.
 * @returns {Promise<{ status: number, json: any }>} `json` is null where the answer is none.
 */
export async function call(method, url, { body, headers = {}, changes }) {
  if (changes !== undefined) {
    say(changes);
    if (isDryRun) return { status: 0, json: null };
  }
  const reply = await fetch(url, {
    method,
    headers: {
      accept: "application/json",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    redirect: "error",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error) => {
    throw new Error(`cannot be reached (${error.cause?.code ?? error.name})`);
  });
  const text = await reply.text();
  let json = null;
  try {
    json = JSON.parse(text);
  } catch {
    // Some answers are empty.
  }
  return { status: reply.status, json };
}

export function expect({ status }, allowed, what) {
  if (status !== 0 && !allowed.includes(status)) throw new Error(`${what} was answered with ${status}`);
}

/** Good for all three systems: letters, digits, a sign. */
export const newPassword = () => `Tg-${randomBytes(24).toString("base64url")}`.slice(0, 32);

/**
 * Puts a new user's credential into `MIRROR_KEY_DIR`, readable by its owner only. Without that folder nobody learns it, and
 * whoever needs one has it made anew in the other system. It is never printed: what a hook prints is kept.
 */
export async function keepCredential(name, credential) {
  const folder = process.env["MIRROR_KEY_DIR"];
  if (!folder || isDryRun) return;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, `${name}.key`), `${credential}\n`, { mode: 0o600 });
}

export async function forgetCredential(name) {
  const folder = process.env["MIRROR_KEY_DIR"];
  if (folder && !isDryRun) await rm(join(folder, `${name}.key`), { force: true });
}

async function readAll(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
