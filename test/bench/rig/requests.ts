/** The requests of the bench, as the bytes that go over the wire. */

export type Wire = "chat" | "messages" | "responses" | "gemini";
/** How the mock provider answers; see native/provider.c. */
export type AnswerMode = "plain" | "burst" | "one" | "paced" | "held";

export interface RequestKind {
  wire: Wire;
  mode: AnswerMode;
  bodyBytes: number;
  /** What is asked for in place of an answer in words, on the wire of Chat Completions. */
  surface?: "embeddings";
  /** What the model is called before the mode: a route of the gateway's configuration may begin with it. */
  model?: string;
}

const TURN = "Read the file again and say which of the two tests is wrong, with the line that shows it. ";
const modelOf = ({ model, mode }: RequestKind): string => `${model ?? "mock"}-${mode}`;

/** A body of about so many bytes, most of it in the conversation, its short members at the end as coding agents send it. */
export function bodyOf(kind: RequestKind): Buffer {
  const { wire, mode, bodyBytes, surface } = kind;
  const stream = mode !== "plain";
  const model = modelOf(kind);
  const build = (turns: string[]): unknown => {
    if (surface === "embeddings") return { model, input: turns };
    const roles = turns.map((text, at) => ({ role: at % 2 === 0 ? "user" : "assistant", content: text }));
    switch (wire) {
      case "chat":
        return {
          model,
          messages: [{ role: "system", content: TURN }, ...roles],
          temperature: 0.2,
          max_completion_tokens: 4096,
          stream,
          ...(stream ? { stream_options: { include_usage: true } } : {}),
        };
      case "messages":
        return { model, system: TURN, messages: roles, max_tokens: 4096, stream };
      case "responses":
        return { model, instructions: TURN, input: roles, max_output_tokens: 4096, stream };
      case "gemini":
        return {
          contents: turns.map((text, at) => ({ role: at % 2 === 0 ? "user" : "model", parts: [{ text }] })),
          generationConfig: { maxOutputTokens: 4096 },
        };
    }
  };
  const left = Math.max(0, bodyBytes - JSON.stringify(build([""])).length);
  const turnBytes = Math.max(200, Math.min(4_000, Math.floor(left / 9)));
  const count = Math.max(1, Math.round(left / (turnBytes + 40)));
  const turns = Array.from({ length: count % 2 === 0 ? count + 1 : count }, (_, at) =>
    `${at === 0 ? "#00000000 " : ""}${at}. ${TURN.repeat(Math.ceil(turnBytes / TURN.length))}`.slice(0, turnBytes),
  );
  return Buffer.from(JSON.stringify(build(turns)));
}

export function pathOf(kind: RequestKind): string {
  if (kind.surface === "embeddings") return "/v1/embeddings";
  switch (kind.wire) {
    case "chat":
      return "/v1/chat/completions";
    case "messages":
      return "/v1/messages";
    case "responses":
      return "/v1/responses";
    case "gemini":
      return `/v1beta/models/${modelOf(kind)}:${kind.mode === "plain" ? "generateContent" : "streamGenerateContent?alt=sse"}`;
  }
}

/** @param headers besides host, length and type; the credential among them. */
export function requestBytes(kind: RequestKind, headers: Record<string, string>, path = pathOf(kind)): Buffer {
  const body = bodyOf(kind);
  const all = {
    host: "127.0.0.1",
    "user-agent": "bench/1.0",
    accept: "*/*",
    "content-type": "application/json",
    "content-length": String(body.length),
    ...(kind.wire === "messages" ? { "anthropic-version": "2023-06-01" } : {}),
    ...headers,
  };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\n${head.join("")}\r\n`), body]);
}
