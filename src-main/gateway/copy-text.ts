import type { AdminClient } from "../../src-gateway/admin-api/contract/client.ts";
import type { Copyable } from "../tray/types.ts";

const WIRES = { openai: "openai-chat", anthropic: "anthropic-messages", gemini: "gemini-content" } as const;

/**
 * What is put on the clipboard. Keys are kept as hashes, so an old one cannot be shown: copying one makes a new one.
 * @throws AdminError
 */
export async function textToCopy(
  what: Copyable,
  baseUrls: Readonly<Record<string, string>>,
  client: AdminClient,
): Promise<string> {
  const urlOf = (name: keyof typeof WIRES): string => baseUrls[WIRES[name]] ?? "";
  switch (what) {
    case "exports":
      return [
        `export OPENAI_BASE_URL="${urlOf("openai")}"`,
        `export ANTHROPIC_BASE_URL="${urlOf("anthropic")}"`,
        `export GOOGLE_GEMINI_BASE_URL="${urlOf("gemini")}"`,
        "",
      ].join("\n");
    case "key":
      return makeKey(client);
    default:
      return urlOf(what);
  }
}

async function makeKey(client: AdminClient): Promise<string> {
  const users = await client.call("listUsers", { query: { role: "root_admin" } });
  const [root] = users;
  if (root === undefined) throw new Error("There is no root administrator to make a key for.");
  const name = `copied ${new Date().toISOString().slice(0, 16).replace("T", " ")}`;
  const { token } = await client.call("createUserKey", { params: { id: root.id }, body: { name } });
  return token;
}
