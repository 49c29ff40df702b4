/**
 * Turns and parts: the content of requests and answers, in the words that all wires share.
 *
 * `home` on any piece holds what only the wire it was read from has a word for: fields this vocabulary does not know, and
 * spellings that could have been otherwise. It is written back to the same wire and left out on others.
 */
import type { JsonObject } from "./json.ts";
import type { ProviderWire, WireProtocol } from "./protocol.ts";

export interface Turn {
  /** A system turn keeps its place; the leading ones are the system prompt. */
  role: "system" | "user" | "assistant";
  parts: Part[];
  home?: JsonObject;
}

/** Bytes that are not text: held inline (base64), by address, or by a provider's file id. */
export type Blob = { data: string; mime: string } | { url: string; mime?: string } | { fileId: string; mime?: string };

/** "The prompt up to here should be cached." `ttl` as the wire spells it, for example `5m` or `1h`. */
export interface CacheMark {
  ttl?: string;
}

/**
 * State that a provider gave away to get it back: a signature, encrypted reasoning. Carried, never understood, and
 * returned only to the wire (and, where known, the provider) that made it.
 */
export interface Opaque {
  wire: ProviderWire;
  /** The signature of a thinking block, encrypted reasoning, a thought signature: one text, whatever the wire calls it. */
  value: string;
  /** The provider instance that made it; absent when it came straight from a client. */
  provider?: string;
}

export interface Citation {
  url?: string;
  title?: string;
  /** Range in the text that cites, in UTF-16 units. */
  start?: number;
  end?: number;
  quoted?: string;
  home?: JsonObject;
}

interface PartBase {
  cache?: CacheMark;
  opaque?: Opaque;
  home?: JsonObject;
}

export interface TextPart extends PartBase {
  kind: "text";
  text: string;
  citations?: Citation[];
}

export interface MediaPart extends PartBase {
  kind: "image" | "document" | "audio" | "video";
  blob: Blob;
  /** OpenAI's image detail. */
  detail?: string;
  /** Name of a document. */
  title?: string;
}

export interface RefusalPart extends PartBase {
  kind: "refusal";
  text: string;
}

export interface ThinkingPart extends PartBase {
  kind: "thinking";
  /** What may be shown; empty when the provider kept it to itself. */
  text: string;
  /** Nothing but opaque state: Anthropic's redacted thinking, a reasoning item with only encrypted content. */
  redacted?: boolean;
}

export interface CallPart extends PartBase {
  kind: "call";
  /** Empty when the wire has no ids. */
  id: string;
  name: string;
  /** The JSON text as it was received (`""` when there are no arguments); free text when `custom`. */
  args: string;
  /** A call of a tool that takes free text instead of JSON. */
  custom?: boolean;
  /** The namespace that the tool stands in (Responses). */
  namespace?: string;
}

export interface ResultPart extends PartBase {
  kind: "result";
  /** Id of the call. */
  id: string;
  name?: string;
  parts: Part[];
  isError: boolean;
  custom?: boolean;
}

/** A block that only one wire knows: web searches run by the provider, compaction items, and whatever comes next. */
export interface NativePart extends PartBase {
  kind: "native";
  wire: ProviderWire;
  /** As the wire calls it, for example `web_search_call`. */
  type: string;
  raw: JsonObject;
}

export type Part = TextPart | MediaPart | RefusalPart | ThinkingPart | CallPart | ResultPart | NativePart;

export interface FunctionTool {
  kind: "function";
  name: string;
  description?: string;
  /** JSON Schema of the arguments; absent when the client gave none. */
  schema?: JsonObject;
  strict?: boolean | null;
  cache?: CacheMark;
  home?: JsonObject;
}

/** A tool whose input is free text, possibly held to a grammar. */
export interface CustomTool {
  kind: "custom";
  name: string;
  description?: string;
  grammar?: { syntax: string; definition: string };
  home?: JsonObject;
}

/** Tools under one name (Responses). */
export interface NamespaceTool {
  kind: "namespace";
  name: string;
  description?: string;
  tools: Tool[];
  home?: JsonObject;
}

/** A tool that the provider runs, or that its wire defines: web search, code execution, computer use. */
export interface NativeTool {
  kind: "native";
  wire: WireProtocol;
  /** As the wire calls it, for example `web_search_20250305`. */
  type: string;
  raw: JsonObject;
}

export type Tool = FunctionTool | CustomTool | NamespaceTool | NativeTool;

export interface ToolChoice {
  /** `named` asks for the one tool `name`. */
  mode: "auto" | "none" | "required" | "named";
  name?: string;
  /** The chosen tool takes free text. */
  custom?: boolean;
  /** With `auto` and `required`: only these tools may be called. */
  allowed?: string[];
  home?: JsonObject;
}
