import OpenAI, { toFile } from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { IMAGE_USAGE, SPEECH, type SurfaceProvider, startSurfaceProvider } from "../../fakes/surface-provider.ts";
import { startTestGateway, type TestGateway } from "../../support/gateway.ts";

let provider: SurfaceProvider;
let gateway: TestGateway;
let client: OpenAI;
beforeAll(async () => {
  provider = await startSurfaceProvider();
  gateway = await startTestGateway({
    env: { SURFACE_KEY: provider.key },
    config: {
      providers: [
        {
          id: "openai",
          kind: "openai",
          base_url: `${provider.url}/v1`,
          credential: "env:SURFACE_KEY",
          models: ["gpt-image-1", "gpt-4o-mini-tts", "gpt-4o-transcribe", "whisper-1", "omni-moderation-latest"],
        },
        { id: "other", kind: "anthropic-compatible", base_url: "http://127.0.0.1:1", models: ["c"] },
      ],
      aliases: { painter: "gpt-image-1" },
    },
  });
  client = new OpenAI({
    baseURL: `${gateway.url}/v1`,
    apiKey: gateway.key,
    maxRetries: 0,
    organization: "org-1",
    project: "proj-1",
  });
});
afterAll(async () => {
  await gateway.stop();
  await provider.stop();
});
beforeEach(() => {
  provider.requests.length = 0;
});

const lastRequest = () => provider.requests.at(-1);
const png = () => toFile(Buffer.alloc(200_000, 9), "in.png", { type: "image/png" });

describe("images through OpenAI's SDK", () => {
  it("are generated, and metered", async () => {
    const { data, response } = await client.images.generate({ model: "gpt-image-1", prompt: "a cat" }).withResponse();
    expect(data.data?.[0]?.b64_json).toBeTruthy();
    expect(data.usage).toEqual(IMAGE_USAGE);
    expect(await gateway.recordOf(response)).toMatchObject({
      surface: "images",
      outcome: "completed",
      modelAsked: "gpt-image-1",
      provider: "openai",
      usageSource: "provider",
      usage: { inputUncached: 40, output: 160 },
    });
    expect(lastRequest()?.headers).toMatchObject({
      authorization: `Bearer ${provider.key}`,
      "openai-organization": "org-1",
      "openai-project": "proj-1",
    });
  });

  it("are edited from a multipart body, under an alias of the model", async () => {
    const { data, response } = await client.images
      .edit({ model: "painter", prompt: "a hat on it", image: await png() })
      .withResponse();
    expect(data.data).toHaveLength(1);
    const form = lastRequest()?.form;
    expect([form?.get("model"), form?.get("prompt")]).toEqual(["gpt-image-1", "a hat on it"]);
    expect(form?.get("image")).toMatchObject({ size: 200_000 });
    expect(await gateway.recordOf(response)).toMatchObject({
      surface: "images",
      modelAsked: "painter",
      modelRouted: "gpt-image-1",
    });
  });

  it("are varied, with nothing but the file to tell the provider from", async () => {
    const { data } = await client.images.createVariation({ image: await png() }).withResponse();
    expect(data.data).toHaveLength(1);
  });
});

describe("audio through OpenAI's SDK", () => {
  it("is spoken, byte for byte", async () => {
    const reply = await client.audio.speech.create({ model: "gpt-4o-mini-tts", voice: "alloy", input: "hello" });
    expect(Buffer.from(await reply.arrayBuffer()).equals(SPEECH)).toBe(true);
    expect(reply.headers.get("content-type")).toBe("audio/mpeg");
    expect(await gateway.recordOf(reply)).toMatchObject({ surface: "audio-speech", usageSource: "none" });
  });

  it("is transcribed, the file in front of the model and larger than what is looked at", async () => {
    const file = await toFile(Buffer.alloc(300_000, 5), "a.wav", { type: "audio/wav" });
    const { data, response } = await client.audio.transcriptions
      .create({ file, model: "gpt-4o-transcribe" })
      .withResponse();
    expect(data.text).toBe("hello there");
    expect(lastRequest()?.form?.get("file")).toMatchObject({ size: 300_000 });
    expect(await gateway.recordOf(response)).toMatchObject({
      surface: "audio-transcription",
      provider: "openai",
      usage: { inputUncached: 14, output: 5, audioInput: 12 },
    });
  });

  it("is transcribed as a stream", async () => {
    const file = await toFile(Buffer.alloc(300, 5), "a.wav", { type: "audio/wav" });
    const { data, response } = await client.audio.transcriptions
      .create({ file, model: "gpt-4o-transcribe", stream: true })
      .withResponse();
    const types: string[] = [];
    for await (const event of data) types.push(event.type);
    expect(types).toEqual(["transcript.text.delta", "transcript.text.delta", "transcript.text.done"]);
    expect(await gateway.recordOf(response)).toMatchObject({
      stream: true,
      modelAsked: "gpt-4o-transcribe",
      usage: { inputUncached: 14, output: 5 },
    });
  });

  it("is translated", async () => {
    const file = await toFile(Buffer.alloc(300, 5), "a.wav", { type: "audio/wav" });
    expect((await client.audio.translations.create({ file, model: "whisper-1" })).text).toBe("hello");
  });
});

describe("moderations, files and batches through OpenAI's SDK", () => {
  it("moderate", async () => {
    const { data, response } = await client.moderations
      .create({ model: "omni-moderation-latest", input: "x" })
      .withResponse();
    expect(data.results[0]?.flagged).toBe(false);
    expect(await gateway.recordOf(response)).toMatchObject({
      surface: "moderations",
      modelServed: "omni-moderation-latest",
    });
  });

  it("create, list, read and delete files", async () => {
    const content = Buffer.from('{"custom_id":"1"}\n'.repeat(20_000));
    const made = await client.files.create({ file: await toFile(content, "in.jsonl"), purpose: "batch" });
    expect(made).toMatchObject({ bytes: content.length, filename: "in.jsonl", purpose: "batch" });
    expect((await client.files.list()).data.map((file) => file.id)).toContain(made.id);
    expect(await (await client.files.content(made.id)).text()).toBe(content.toString());
    const { data, response } = await client.files.delete(made.id).withResponse();
    expect(data.deleted).toBe(true);
    expect(await gateway.recordOf(response)).toMatchObject({
      surface: "files",
      outcome: "completed",
      modelAsked: null,
      bytesIn: 0,
    });
    await expect(client.files.retrieve(made.id)).rejects.toMatchObject({ status: 404 });
  });

  it("create, read and cancel batches", async () => {
    const made = await client.batches.create({
      input_file_id: "file-1",
      endpoint: "/v1/chat/completions",
      completion_window: "24h",
    });
    expect((await client.batches.retrieve(made.id)).status).toBe("validating");
    expect((await client.batches.cancel(made.id)).status).toBe("cancelling");
  });
});
