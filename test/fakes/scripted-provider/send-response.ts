import type { ServerResponse } from "node:http";
import type { Transform } from "node:stream";
import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import { createBrotliCompress, createGzip, createZstdCompress, constants as zlib } from "node:zlib";
import type { Frame, ScriptStep } from "./types.ts";

export interface Sending {
  response: ServerResponse;
  status: number;
  headers: Record<string, string>;
  step: ScriptStep;
  /** Resolves when the caller, or the end of the provider, has closed the connection. */
  closed: Promise<void>;
  /** Called before the provider itself tears the connection down. */
  beforeCut(): void;
}

/** Sends the frames one after the other, with all that the step wants to go wrong. */
export async function sendFrames(sending: Sending, frames: Frame[]): Promise<void> {
  const { response, step } = sending;
  if (!(await sendHead(sending))) return;
  const body = bodyWriter(sending);
  const cutIndex = indexOfCut(step, frames);
  const end = Math.min(frames.length, step.endEarlyAt ?? frames.length);
  for (let index = 0; index <= end; index++) {
    if (index === step.gateAt) {
      await body.flush();
      if (!(await passGate(sending))) return;
    }
    const frame = frames[index];
    const isCut = index === step.cutAt || index === cutIndex;
    if (isCut) {
      if (frame && index === cutIndex) await body.write(firstPart(step, frame.bytes));
      await body.flush();
      return cut(sending);
    }
    if (index === end || !frame) break;
    if (index > 0 && step.intervalMs) await delay(step.intervalMs);
    if (response.destroyed) return;
    await body.write(frame.bytes);
  }
  if (step.afterDone) await body.write(Buffer.from(step.afterDone));
  await body.flush();
  body.end();
}

/** Sends a whole answer. A cut within it cuts it in its middle. */
export async function sendWhole(sending: Sending, bytes: Buffer): Promise<void> {
  const { step } = sending;
  const isCut = step.cutAt !== undefined && !String(step.cutAt).endsWith("-headers");
  if (!step.encoding && step.chunking !== "byte") sending.headers["content-length"] = String(bytes.length);
  if (!(await sendHead(sending))) return;
  if (typeof step.gateAt === "number" && !(await passGate(sending))) return;
  const body = bodyWriter(sending);
  await body.write(isCut ? bytes.subarray(0, Math.ceil(bytes.length / 2)) : bytes);
  await body.flush();
  if (isCut) return cut(sending);
  body.end();
}

/** @returns false when nothing more can be sent. */
async function sendHead(sending: Sending): Promise<boolean> {
  const { response, step, status, headers } = sending;
  if (step.gateAt === "before-headers" && !(await passGate(sending))) return false;
  if (step.cutAt === "before-headers") return refuseMore(sending);
  response.writeHead(status, { ...headers, ...(step.encoding ? { "content-encoding": step.encoding } : {}) });
  response.flushHeaders();
  if (step.gateAt === "after-headers" && !(await passGate(sending))) return false;
  return step.cutAt === "after-headers" ? refuseMore(sending) : true;
}

async function refuseMore(sending: Sending): Promise<false> {
  await cut(sending);
  return false;
}

/** What was written has left the process before the connection goes. */
async function cut(sending: Sending): Promise<void> {
  sending.beforeCut();
  for (let turn = 0; turn < 3; turn++) await nextTurn();
  sending.response.destroy();
}

async function passGate(sending: Sending): Promise<boolean> {
  const { gate } = sending.step;
  gate?.arrive();
  await Promise.race([gate?.opened, sending.closed]);
  return !sending.response.destroyed;
}

function indexOfCut(step: ScriptStep, frames: Frame[]): number {
  if (step.cutAt === "in-frame") return Math.min(frames.length - 1, frames.findIndex((frame) => !frame.isOpening) + 1);
  if (step.cutAt !== "in-character") return -1;
  const index = frames.findIndex((frame) => characterAt(frame.bytes) >= 0);
  if (index < 0) throw new Error("A cut in a character wants a text that is not only ASCII.");
  return index;
}

const characterAt = (bytes: Buffer): number => bytes.findIndex((byte) => byte >= 0x80);

const firstPart = (step: ScriptStep, bytes: Buffer): Buffer =>
  bytes.subarray(0, step.cutAt === "in-character" ? characterAt(bytes) + 1 : Math.ceil(bytes.length / 2));

interface BodyWriter {
  /** Resolves when the reader has taken enough for more to be written. */
  write(bytes: Buffer): Promise<void>;
  /** Sends what was held back for the sake of one big chunk. */
  flush(): Promise<void>;
  end(): void;
}

function bodyWriter({ response, step, closed }: Sending): BodyWriter {
  const encoder = createEncoder(step.encoding);
  encoder?.pipe(response);
  const target = encoder ?? response;
  let held: Buffer[] = [];
  const writeOnce = async (bytes: Buffer): Promise<void> => {
    if (response.destroyed) return;
    const hasRoom = target.write(bytes);
    if (encoder) await Promise.race([new Promise<void>((resolve) => encoder.flush(resolve)), closed]);
    else if (!hasRoom) await Promise.race([new Promise((resolve) => response.once("drain", resolve)), closed]);
    // Node gathers what is written in one turn into one packet.
    await nextTurn();
  };
  return {
    async write(bytes) {
      if (step.chunking === "whole") held.push(bytes);
      else if (step.chunking !== "byte") await writeOnce(bytes);
      else for (let at = 0; at < bytes.length && !response.destroyed; at++) await writeOnce(bytes.subarray(at, at + 1));
    },
    async flush() {
      if (held.length > 0) await writeOnce(Buffer.concat(held));
      held = [];
    },
    end: () => void target.end(),
  };
}

function createEncoder(encoding: ScriptStep["encoding"]): (Transform & { flush(done: () => void): void }) | null {
  if (encoding === "gzip") return createGzip({ flush: zlib.Z_SYNC_FLUSH });
  if (encoding === "br") return createBrotliCompress();
  return encoding === "zstd" ? createZstdCompress() : null;
}
