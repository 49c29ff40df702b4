const SENTENCES: Readonly<Record<string, string>> = {
  ERR_CHECKSUM_MISMATCH:
    "What was downloaded is not what was published: its checksum differs. It was deleted, and nothing was changed.",
  ERR_UPDATER_INVALID_SIGNATURE:
    "What was downloaded is not signed by the publisher of this app. It was deleted, and nothing was changed.",
  ERR_UPDATER_NO_CHECKSUM: "The update was published without a checksum, so it is not taken.",
  ERR_UPDATER_INVALID_VERSION: "The update was published with something that is no version.",
  ERR_UPDATER_CHANNEL_FILE_NOT_FOUND: "Nothing is published for this system in this channel.",
  ERR_UPDATER_LATEST_VERSION_NOT_FOUND: "Nothing is published in this channel yet, or the server cannot be reached.",
  ERR_UPDATER_NO_PUBLISHED_VERSIONS: "Nothing is published yet.",
};

const OFFLINE = /ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|net::ERR_/;

/** In a sentence, without the addresses and stacks that the updater's own messages hold. */
export function explainUpdateFailure(error: unknown): string {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  const known = typeof code === "string" ? SENTENCES[code] : undefined;
  if (known !== undefined) return known;
  const text = typeof message === "string" ? message : String(error);
  if (OFFLINE.test(`${String(code)} ${text}`)) return "The server of the updates cannot be reached.";
  const first = (text.split("\n")[0] ?? "").replace(/https?:\/\/\S+/g, "its server").slice(0, 200);
  return `The update did not work: ${first}`;
}
