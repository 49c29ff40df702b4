import { type JoinHeaders, joinHeadersOf } from "../joins/join-key.ts";
import { flatText } from "../lib/flat-text.ts";
import { type Attribution, attribute } from "./attribution.ts";
import type { Headers, Inbound } from "./types.ts";

/**
 * What is read out of the head of a request. A connection keeps it for its next requests while these begin with the same
 * head but for the length of the body; so nothing here may depend on that.
 */
export class HeadFacts {
  /** The key that the caller showed, in whatever header form; null when there was none. */
  readonly token: string | null;
  private readonly headers: Headers;
  private ofWhom: Attribution | null = null;
  private ofJoin: JoinHeaders | null = null;
  private ofType: string | null = null;

  constructor(headers: Headers, token: string | null) {
    this.headers = headers;
    this.token = token;
  }

  get attribution(): Attribution {
    return (this.ofWhom ??= attribute(this.headers));
  }

  /** What the body is said to be, in lower case and without more; empty where nothing is said. */
  get contentType(): string {
    return (this.ofType ??= flatText(
      this.headers["content-type"]?.toString().split(";")[0]?.trim().toLowerCase() ?? "",
    ));
  }

  get join(): JoinHeaders {
    return (this.ofJoin ??= joinHeadersOf(this.headers));
  }
}

export const headFactsOf = ({ head, headers, token }: Pick<Inbound, "head" | "headers" | "token">): HeadFacts =>
  head ?? new HeadFacts(headers, token);
