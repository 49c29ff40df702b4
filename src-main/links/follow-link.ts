import type { AdminClient } from "../../src-gateway/admin-api/contract/client.ts";
import type { ElectronParts } from "../electron-parts.ts";
import type { ConsolePage } from "../tray/types.ts";
import { type DeepLink, parseDeepLink } from "./parse-deep-link.ts";

/** Shows what a link asks for and does it when the person wants that. @throws AdminError when it could not be done. */
export async function followLink(
  text: string,
  given: {
    dialog: ElectronParts["dialog"];
    client: AdminClient;
    show: (page: ConsolePage) => void;
    onChanged: () => void;
  },
): Promise<void> {
  const link = parseDeepLink(text);
  // Of a text that nobody understands nothing is repeated: it may be made to be read.
  if (link === null) {
    await tell(
      given.dialog,
      "This link cannot be used.",
      "It was not made for this version of the app, or is damaged.",
    );
    return;
  }
  if (link.intent === "open") return given.show(link.page);
  if (!(await isWanted(given.dialog, link))) return;
  if (link.intent === "use")
    await given.client.call("useProvider", { body: { provider: link.provider, message: NOTE } });
  else await addProvider(given.client, link.provider);
  given.onChanged();
  given.show("providers");
}

const NOTE = "from a link";
type Change = Exclude<DeepLink, { intent: "open" }>;

async function isWanted(dialog: ElectronParts["dialog"], link: Change): Promise<boolean> {
  const { response } = await dialog.showMessageBox({
    type: "question",
    title: "Tokligence Gateway",
    message: link.intent === "use" ? `Send requests to ${link.provider}?` : `Add the provider ${link.provider.id}?`,
    detail: `${detailOf(link)} A link from another program or a page asks for this. Nothing was changed yet.`,
    buttons: ["Cancel", link.intent === "use" ? "Switch" : "Add"],
    // Whoever presses Enter without reading has changed nothing.
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  });
  return response === 1;
}

function detailOf(link: Change): string {
  if (link.intent === "use") return "All requests that no route names exactly go to it from then on.";
  const { kind, baseUrl } = link.provider;
  const where = baseUrl === null ? "at its usual address" : `at ${baseUrl}`;
  return `Kind: ${kind}, ${where}. It is added without a key, and asked nothing until it has one and a request goes to it.`;
}

/** The list is made where there is none: an entry can only be put into one. */
async function addProvider(
  client: AdminClient,
  { id, kind, baseUrl }: (Change & { intent: "add" })["provider"],
): Promise<void> {
  const entry = { id, kind, ...(baseUrl === null ? {} : { base_url: baseUrl }) };
  const { value } = await client.call("getConfigDocument");
  const providers = (value as { providers?: unknown } | null)?.providers;
  const operation = Array.isArray(providers)
    ? { op: "insert" as const, path: ["providers", providers.length], value: entry }
    : { op: "set" as const, path: ["providers"], value: [entry] };
  await client.call("editConfig", { body: { operations: [operation], message: NOTE } });
}

async function tell(dialog: ElectronParts["dialog"], message: string, detail: string): Promise<void> {
  await dialog.showMessageBox({
    type: "info",
    title: "Tokligence Gateway",
    message,
    detail,
    buttons: ["OK"],
    noLink: true,
  });
}
