/** Removes bodies that are too old or too much: a few in each transaction, with a pause in between. */
import { setTimeout as wait } from "node:timers/promises";
import type { BodyRows } from "../store/body-rows.ts";
import { isForeignKeyViolation } from "../store/database-errors.ts";
import { packBody } from "./body-delta.ts";
import type { Pruned, Retention } from "./types.ts";

export interface PruneOptions {
  pauseMs: number;
  unpack: (id: number) => Promise<Buffer | null>;
}

const STEP = 100;
const MAX_TRIES = 5;

export async function pruneBodies(rows: BodyRows, retention: Retention, options: PruneOptions): Promise<Pruned> {
  const pruned: Pruned = { bodies: 0, bytes: 0 };
  const { beforeUs, maxBytes } = retention;
  if (beforeUs !== null) await removeOldest(rows, pruned, options, { beforeId: beforeUs, bytes: Infinity });
  if (maxBytes !== null) {
    const bytes = (await rows.storedBytes()) - maxBytes;
    if (bytes > 0) await removeOldest(rows, pruned, options, { beforeId: null, bytes });
  }
  return pruned;
}

/** Those of one user, whatever their age. @returns how many. */
export async function forgetBodies(rows: BodyRows, userId: number, { pauseMs, unpack }: PruneOptions): Promise<number> {
  for (let removed = 0; ; await wait(pauseMs)) {
    const step = await rows.ofUser(userId, STEP);
    if (step.length === 0) return removed;
    await removeStep(rows, step, unpack);
    await rows.shrink();
    removed += step.length;
  }
}

/** Until nothing older is left, or so many bytes are free. */
async function removeOldest(
  rows: BodyRows,
  pruned: Pruned,
  { pauseMs, unpack }: PruneOptions,
  until: { beforeId: number | null; bytes: number },
): Promise<void> {
  let freed = 0;
  while (freed < until.bytes) {
    const step: number[] = [];
    for (const { id, stored_bytes } of await rows.oldest(STEP, until.beforeId)) {
      if (freed >= until.bytes) break;
      step.push(id);
      freed += stored_bytes;
      pruned.bytes += stored_bytes;
    }
    if (step.length === 0) return;
    freed -= await removeStep(rows, step, unpack);
    await rows.shrink();
    pruned.bodies += step.length;
    await wait(pauseMs);
  }
}

/** @returns how many bytes those that stay take more. */
async function removeStep(rows: BodyRows, step: readonly number[], unpack: PruneOptions["unpack"]): Promise<number> {
  for (let tries = 1; ; tries++) {
    let grown = 0;
    for (const id of await rows.dependents(step)) grown += await standAlone(rows, id, unpack);
    try {
      await rows.remove(step);
      return grown;
    } catch (error) {
      // Meanwhile a new turn was packed against one of these.
      if (tries === MAX_TRIES || !isForeignKeyViolation(error)) throw error;
    }
  }
}

async function standAlone(rows: BodyRows, id: number, unpack: PruneOptions["unpack"]): Promise<number> {
  const body = await unpack(id);
  if (body === null) return 0;
  const { packed } = packBody(body, null);
  const before = (await rows.find(id))?.request?.length ?? 0;
  await rows.setAlone(id, packed, packed.length - before);
  return packed.length - before;
}
