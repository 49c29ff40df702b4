/** What is kept of Responses that the gateway answered in a provider's stead, so that their clients can go on from them. */

/** Items of a conversation: the inside of a JSON list, as text, never empty. They are kept and joined without being read. */
export type ItemsText = string;

/** An answer to keep. Everything stays the text that it is. */
export interface ResponseEntry {
  id: string;
  /** Nobody else is told that it exists. */
  owner: string;
  /** The answer that this one goes on from, when that one is kept too; then `items` holds what is new. */
  previousId: string | null;
  model: string;
  provider: string;
  /** What was asked; null when there was nothing. */
  items: ItemsText | null;
  /** JSON of the answer as the client got it. */
  response: string;
}

export interface ItemListQuery {
  /** 1 to 100. */
  limit: number;
  /** The id of the item after which the page begins. */
  after: string | null;
  order: "asc" | "desc";
}

export interface StoredResponses {
  /** Everything that was asked and answered up to this answer, oldest first; null when it is not kept here as a whole. @throws GatewayError body_too_large */
  history(id: string, owner: string): Promise<ItemsText[] | null>;
  /** From here on it can be asked for, although it is written later. Never throws. */
  save(entry: ResponseEntry): void;
  /** JSON of the answer; null when it is not kept here. */
  get(id: string, owner: string): Promise<string | null>;
  /** False when it is not kept here. */
  delete(id: string, owner: string): Promise<boolean>;
  /** The list that OpenAI's API gives; null when the answer is not kept here. @throws GatewayError invalid_request */
  inputItems(id: string, owner: string, query: ItemListQuery): Promise<unknown>;
  /** Waits for what is being written. */
  stop(): Promise<void>;
}

export interface ResponseMemory {
  answers: StoredResponses;
  providers: ProviderMemory;
}

/** Which provider keeps an answer that it gave in its client's own protocol. */
export interface ProviderMemory {
  note(id: string, owner: string, provider: string): void;
  find(id: string): { provider: string; owner: string } | null;
}
