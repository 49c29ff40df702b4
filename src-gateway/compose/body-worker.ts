/** The entry of the thread that keeps bodies: it takes out secrets, packs, and has its own way to the database. */
import { parentPort, workerData } from "node:worker_threads";
import { silentLogger } from "../lib/logger.ts";
import { createBodyArchive } from "../request-log/body-archive.ts";
import { createHider } from "../request-log/hide-secrets.ts";
import type { BodyArchive } from "../request-log/types.ts";
import { createRedactor } from "../secrets/redact.ts";
import { hasBodies, openBodyStore } from "../store/open-body-store.ts";
import type { BodyCall, BodyReply } from "./body-thread.ts";

const NOTHING = { get: null, search: [], prune: { bodies: 0, bytes: 0 }, forget: 0 } as const;
const redactor = createRedactor();
const { ledgerUrl } = workerData as { ledgerUrl: string };
let archive: Promise<BodyArchive> | null = null;

// Opened by the first call, and again by the next one when that failed.
const open = (): Promise<BodyArchive> => {
  archive ??= openBodyStore({ ledgerUrl, log: silentLogger })
    .then((store) => createBodyArchive({ store, hide: createHider((text) => redactor.redact(text)) }))
    .catch((error: unknown) => {
      archive = null;
      throw error;
    });
  return archive;
};

async function answer({ method, input, secrets }: BodyCall): Promise<unknown> {
  for (const secret of secrets) redactor.add(secret);
  if (method === "close") return (await archive)?.close();
  // Looking for what was never kept must not make a place for it.
  if (method !== "put" && !hasBodies(ledgerUrl)) return NOTHING[method];
  const opened = await open();
  if (method === "put") return opened.put(input);
  if (method === "get") return opened.get(input);
  if (method === "search") return opened.search(input);
  if (method === "forget") return opened.forget(input);
  return opened.prune(input);
}

parentPort?.on("message", (call: BodyCall) => {
  const reply = (message: BodyReply): void => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin, unlike windows
    parentPort?.postMessage(message);
  };
  answer(call).then(
    (result) => reply({ call: call.call, result }),
    (error: unknown) => reply({ call: call.call, problem: error instanceof Error ? error.message : String(error) }),
  );
});
