/** An agent that asks for streams over real sockets, and writes down what it got, and when. */
import http from "node:http";

export interface Told {
  tag: string;
  requestId: string;
  status: number;
  text: string;
  /** From sending the request; null when none came. */
  firstContentMs: number | null;
  /** The connection broke before the end. */
  wasCut: boolean;
}

const PATHS = { chat: "/v1/chat/completions", messages: "/v1/messages" };

/** One turn. Its tag tells it from all others, and stands in every piece of its answer. */
export function askForStream(options: {
  url: string;
  key: string;
  agent: http.Agent;
  wire: keyof typeof PATHS;
  session: string;
  tag: string;
}): Promise<Told> {
  const { url, key, agent, wire, session, tag } = options;
  const body = JSON.stringify({
    model: "any",
    stream: true,
    ...(wire === "messages" ? { max_tokens: 100 } : {}),
    messages: [{ role: "user", content: `${session} asks ${tag}` }],
  });
  return new Promise((resolve, reject) => {
    const sentAt = performance.now();
    const told: Told = { tag, requestId: "", status: 0, text: "", firstContentMs: null, wasCut: false };
    const request = http.request(
      url + PATHS[wire],
      {
        method: "POST",
        agent,
        headers: {
          "content-type": "application/json",
          "content-length": Buffer.byteLength(body),
          authorization: `Bearer ${key}`,
          "x-tokligence-session": session,
        },
      },
      (response) => {
        told.status = response.statusCode ?? 0;
        told.requestId = String(response.headers["x-request-id"] ?? "");
        response.on("data", (chunk: Buffer) => {
          told.text += chunk.toString();
          if (told.firstContentMs === null && told.text.includes(`<${tag}.`))
            told.firstContentMs = performance.now() - sentAt;
        });
        response.on("end", () => resolve(told));
        response.on("error", () => resolve({ ...told, wasCut: true }));
      },
    );
    request.on("error", (error) => (told.status === 0 ? reject(error) : resolve({ ...told, wasCut: true })));
    request.end(body);
  });
}

/** The pieces of the answer, in the order in which they came: `provider.number`. */
export const piecesIn = ({ tag, text }: Told): string[] =>
  [...text.matchAll(/<(tag-\d+)\.(\w+\.\d+)>/g)].map(([, whose, piece]) =>
    whose === tag ? (piece ?? "") : `foreign ${whose}`,
  );

/** Whether the stream said that it is whole. */
export const saysItIsWhole = ({ text }: Told): boolean => text.includes("[DONE]") || text.includes("message_stop");
