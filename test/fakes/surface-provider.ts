/** A provider of images, audio, rerank, moderations, files and batches, in OpenAI's shapes, that keeps what it was sent. */
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface SurfaceRequest {
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
  /** The fields of a multipart body. */
  form: FormData | null;
}

export interface SurfaceProvider {
  url: string;
  key: string;
  requests: SurfaceRequest[];
  stop(): Promise<void>;
}

/** Not text in any encoding. */
export const SPEECH = Buffer.from(Array.from({ length: 3000 }, (_, index) => (index * 37 + 128) % 256));
export const IMAGE_USAGE = {
  input_tokens: 40,
  output_tokens: 160,
  total_tokens: 200,
  input_tokens_details: { text_tokens: 10, image_tokens: 30 },
};

type Answer = (request: SurfaceRequest, response: ServerResponse) => void | Promise<void>;

const sendJson = (response: ServerResponse, value: unknown, status = 200): void => {
  response.writeHead(status, { "content-type": "application/json", "x-ratelimit-remaining-requests": "7" });
  response.end(JSON.stringify(value));
};
const image = { created: 1, data: [{ b64_json: Buffer.alloc(1000, 7).toString("base64") }], usage: IMAGE_USAGE };
const jsonOf = (request: SurfaceRequest): Record<string, unknown> =>
  JSON.parse(request.body.toString()) as Record<string, unknown>;

export async function startSurfaceProvider(): Promise<SurfaceProvider> {
  const files = new Map<string, { meta: object; content: Buffer }>();
  const batches = new Map<string, object>();
  const answers: Record<string, Answer> = {
    "POST /v1/images/generations": (_request, response) => sendJson(response, image),
    "POST /v1/images/edits": (_request, response) => sendJson(response, image),
    "POST /v1/images/variations": (_request, response) => sendJson(response, image),
    "POST /v1/audio/speech": (_request, response) => {
      response.writeHead(200, { "content-type": "audio/mpeg" });
      response.write(SPEECH.subarray(0, 1000));
      response.end(SPEECH.subarray(1000));
    },
    "POST /v1/audio/transcriptions": (request, response) => {
      if (request.form?.get("stream") === "true") return streamTranscript(response);
      const usage = { type: "tokens", input_tokens: 14, output_tokens: 5, input_token_details: { audio_tokens: 12 } };
      sendJson(response, { text: "hello there", usage });
    },
    "POST /v1/audio/translations": (_request, response) => sendJson(response, { text: "hello" }),
    "POST /v1/moderations": (request, response) =>
      sendJson(response, { id: "modr-1", model: jsonOf(request)["model"], results: [{ flagged: false }] }),
    "POST /v1/rerank": (_request, response) =>
      sendJson(response, {
        id: "r",
        results: [{ index: 1, relevance_score: 0.9 }],
        meta: { billed_units: { search_units: 1 }, tokens: { input_tokens: 21, output_tokens: 0 } },
      }),
    "POST /v1/files": async (request, response) => {
      const file = request.form?.get("file") as File;
      const id = `file-${files.size + 1}`;
      const meta = { id, object: "file", bytes: file.size, filename: file.name, purpose: request.form?.get("purpose") };
      files.set(id, { meta, content: Buffer.from(await file.arrayBuffer()) });
      sendJson(response, meta);
    },
    "GET /v1/files": (_request, response) =>
      sendJson(response, { object: "list", data: [...files.values()].map(({ meta }) => meta), has_more: false }),
    "POST /v1/batches": (request, response) => {
      const batch = { id: "batch-1", object: "batch", status: "validating", ...jsonOf(request) };
      batches.set(batch.id, batch);
      sendJson(response, batch);
    },
    "GET /v1/batches/batch-1": (_request, response) => sendJson(response, batches.get("batch-1")),
    "POST /v1/batches/batch-1/cancel": (_request, response) =>
      sendJson(response, { ...batches.get("batch-1"), status: "cancelling" }),
  };
  const ofFile = (request: SurfaceRequest, response: ServerResponse): void => {
    const [, id = "", part] = /^\/v1\/files\/([^/]+)(\/content)?$/.exec(request.path) ?? [];
    const file = files.get(id);
    if (!file)
      return sendJson(response, { error: { message: `No such ${request.path}`, type: "invalid_request_error" } }, 404);
    if (request.method === "DELETE") {
      files.delete(id);
      return sendJson(response, { id, object: "file", deleted: true });
    }
    if (!part) return sendJson(response, file.meta);
    response.writeHead(200, { "content-type": "application/octet-stream" });
    response.end(file.content);
  };

  const provider: SurfaceProvider = { url: "", key: "sk-surfaces", requests: [], stop: async () => {} };
  const server = http.createServer((incoming, response) => {
    void receive(incoming).then((request) => {
      provider.requests.push(request);
      if (request.headers.authorization !== `Bearer ${provider.key}`)
        return sendJson(response, { error: { message: "Incorrect API key", code: "invalid_api_key" } }, 401);
      const answer = answers[`${request.method} ${request.path.split("?")[0]}`] ?? ofFile;
      return answer(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  provider.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  provider.stop = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  };
  return provider;
}

function streamTranscript(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const delta of ["hello", " there"])
    response.write(`data: ${JSON.stringify({ type: "transcript.text.delta", delta })}\n\n`);
  const usage = { type: "tokens", input_tokens: 14, output_tokens: 5, total_tokens: 19 };
  response.end(`data: ${JSON.stringify({ type: "transcript.text.done", text: "hello there", usage })}\n\n`);
}

async function receive(incoming: IncomingMessage): Promise<SurfaceRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const type = incoming.headers["content-type"] ?? "";
  const form = type.startsWith("multipart/form-data")
    ? await new Response(new Uint8Array(body), { headers: { "content-type": type } }).formData()
    : null;
  return { method: incoming.method ?? "", path: incoming.url ?? "", headers: incoming.headers, body, form };
}
