/** Answers as the mock provider in C does, for machines without a compiler: whole JSON, or a stream in four writes. */
import http from "node:http";

const words = "the cache keeps its promise while every window of the parser is read again ".repeat(16);
const usage = { prompt_tokens: 1117, completion_tokens: 200, total_tokens: 1317 };
const id = { id: "chatcmpl-gate", created: 1_790_000_000, model: "mock" };
const whole = JSON.stringify({
  ...id,
  object: "chat.completion",
  choices: [{ index: 0, message: { role: "assistant", content: words }, finish_reason: "stop" }],
  usage,
});
const frame = (choices: object[], more: object = {}): string =>
  `data: ${JSON.stringify({ ...id, object: "chat.completion.chunk", choices, ...more })}\n\n`;
const piece = frame([{ index: 0, delta: { content: "piece by piece " }, finish_reason: null }]);
const writes = [
  frame([{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }]) + piece.repeat(25),
  piece.repeat(25),
  piece.repeat(25),
  frame([{ index: 0, delta: {}, finish_reason: "stop" }]) + frame([], { usage }) + "data: [DONE]\n\n",
];

const server = http.createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
  let isStream = false;
  request.on("data", (chunk: Buffer) => {
    isStream ||= chunk.includes("mock-stream");
  });
  request.on("end", () => {
    if (!isStream) {
      response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(whole) });
      response.end(whole);
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    let at = 0;
    const next = (): void => {
      const bytes = writes[at++];
      if (bytes === undefined) response.end();
      else {
        response.write(bytes);
        setImmediate(next);
      }
    };
    next();
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.stdout.write(`ready ${typeof address === "object" && address ? address.port : 0}\n`);
});
