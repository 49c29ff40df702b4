/** A JSON object of unknown content. Its values are looked at one by one, where they are needed. */
export type JsonObject = Record<string, unknown>;
