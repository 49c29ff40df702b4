import type { IrEvent } from "../../ir/answer.ts";
import { GatewayError } from "../../ir/errors.ts";
import type { CallPart, Part, TextPart, ThinkingPart } from "../../ir/part.ts";
import type { Usage } from "../../ir/usage.ts";
import type { StreamDecoder } from "../codec.ts";
import { asArray, asObject, asText, type JsonObject, parseObject } from "../loose-json.ts";
import { decodeErrorObject } from "../provider-error.ts";
import type { SseFrame } from "../sse/splitter.ts";
import { usageFromGemini } from "../usage.ts";
import { blockWordOf, decodeFinish, finishWordOf, firstCandidate, type Seen } from "./answer-words.ts";
import { extrasOf } from "./decode-answer.ts";
import { citationOf, type Source, sourcesOf } from "./grounding.ts";
import { decodePart } from "./parts.ts";

/** Every frame is a partial response: its parts go behind those before. Nothing marks the end but a reason to finish. */
export function createStreamDecoder(): StreamDecoder {
  return new GeminiStreamDecoder();
}

class GeminiStreamDecoder implements StreamDecoder {
  private readonly events: IrEvent[] = [];
  private hasStarted = false;
  private isOver = false;
  private readonly open = new OpenText(this.events);
  private usage: Usage | null = null;
  private extras: ReturnType<typeof extrasOf> = {};
  private finishWord: string | null = null;
  private readonly seen: Seen = { calls: false, content: false, blocked: false };

  push(frame: SseFrame): IrEvent[] {
    const json = frame.data === null || this.isOver ? null : parseObject(frame.data);
    if (json) this.read(json);
    return this.events.splice(0);
  }

  end(): IrEvent[] {
    if (this.isOver) return [];
    this.start({});
    const word = this.finishWord;
    if (word === null) {
      this.fail(
        new GatewayError(
          "provider_cut",
          "The provider ended the connection before the answer was complete. Try again.",
        ),
      );
      return this.events.splice(0);
    }
    this.open.finish();
    this.isOver = true;
    this.events.push({ type: "end", finish: decodeFinish(word, this.seen), usage: this.usage, ...this.extras });
    return this.events.splice(0);
  }

  private read(json: JsonObject): void {
    const usage = asObject(json["usageMetadata"]) ?? asObject(json["usage_metadata"]);
    // Each count is of everything so far.
    if (usage) {
      this.usage = usageFromGemini(usage);
      this.extras = extrasOf(usage);
    }
    if (json["error"]) {
      this.start(json);
      this.fail(decodeErrorObject(json["error"]));
      return;
    }
    this.start(json);
    const candidate = firstCandidate(json);
    const parts = asArray(asObject(candidate?.["content"])?.["parts"]);
    for (const raw of parts) {
      const object = asObject(raw);
      if (object) this.add(decodePart(object));
    }
    if (candidate) this.open.cite(sourcesOf(candidate));
    const word = finishWordOf(candidate);
    const block = candidate ? null : blockWordOf(json);
    if (word !== null || block !== null) this.finishWord = word ?? block;
    if (block !== null) this.seen.blocked = true;
  }

  private start(json: JsonObject): void {
    if (this.hasStarted) return;
    this.hasStarted = true;
    const id = asText(json["responseId"]) ?? asText(json["response_id"]);
    const model = asText(json["modelVersion"]) ?? asText(json["model_version"]);
    this.events.push({ type: "start", id, model, usage: this.usage });
  }

  private fail(error: GatewayError): void {
    this.open.close();
    this.isOver = true;
    this.events.push({ type: "error", error });
  }

  private add(part: Part): void {
    if (part.kind === "text" || part.kind === "thinking") {
      if (part.text !== "" || part.opaque) {
        this.seen.content = true;
        this.open.add(part);
      }
      return;
    }
    this.seen.content = true;
    this.open.close();
    if (part.kind === "call") this.addCall(part);
    else this.events.push({ type: "part", part: withoutHome(part) });
  }

  /** Calls come whole. */
  private addCall(part: CallPart): void {
    this.seen.calls = true;
    const { args, home: _, ...open } = part;
    this.events.push({ type: "part-start", part: open });
    if (args !== "") this.events.push({ type: "delta", text: args });
    this.events.push({ type: "part-end" });
  }
}

/** The text or thought that is being told, in pieces. */
class OpenText {
  private readonly events: IrEvent[];
  private kind: "text" | "thinking" | null = null;
  /** Its signature has come: text behind it belongs to another part. */
  private isSigned = false;
  private text = "";
  /** Bytes of text that was told in parts before this one. */
  private bytesBefore = 0;
  private sources: Source[] = [];
  private readonly cited = new Set<string>();

  constructor(events: IrEvent[]) {
    this.events = events;
  }

  add(part: TextPart | ThinkingPart): void {
    if (this.kind !== part.kind || this.isSigned) {
      this.close();
      this.kind = part.kind;
      this.events.push({ type: "part-start", part: { kind: part.kind } });
    }
    if (part.text !== "") {
      this.events.push({ type: "delta", text: part.text });
      if (part.kind === "text") this.text += part.text;
    }
    if (part.opaque) {
      this.events.push({ type: "opaque", opaque: part.opaque });
      this.isSigned = true;
    }
  }

  /** The last list of sources is the complete one; they are told when the text is. */
  cite(sources: Source[]): void {
    if (sources.length > 0) this.sources = sources;
  }

  close(): void {
    if (this.kind === null) return;
    if (this.kind === "text") this.tellSources();
    this.events.push({ type: "part-end" });
    this.bytesBefore += Buffer.byteLength(this.text);
    this.text = "";
    this.kind = null;
    this.isSigned = false;
  }

  /** Sources that came after their text still need a part to stand in. */
  finish(): void {
    if (this.kind !== "text" && this.sources.some((source) => !this.cited.has(JSON.stringify(source)))) {
      this.close();
      this.kind = "text";
      this.events.push({ type: "part-start", part: { kind: "text" } });
    }
    this.close();
  }

  private tellSources(): void {
    for (const source of this.sources) {
      const key = JSON.stringify(source);
      if (this.cited.has(key)) continue;
      this.cited.add(key);
      this.events.push({ type: "citation", citation: citationOf(source, this.text, this.bytesBefore) });
    }
  }
}

function withoutHome(part: Part): Part {
  const { home: _, ...bare } = part;
  return bare;
}
