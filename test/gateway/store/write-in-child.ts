/**
 * A gateway process in miniature: it opens and closes an exchange every few milliseconds, and says on standard output
 * what it handed to the writer, when, and since when the oldest has waited that is not written, until it is killed.
 */
import { writeSync } from "node:fs";
import { systemClock } from "../../../src-gateway/lib/clock.ts";
import { createIdSource } from "../../../src-gateway/lib/ids.ts";
import { silentLogger } from "../../../src-gateway/lib/logger.ts";
import { createExchangeWriter } from "../../../src-gateway/store/exchange-writer.ts";
import { startInstance } from "../../../src-gateway/store/instances.ts";
import { openStore } from "../../../src-gateway/store/open-store.ts";
import { completedRecord, openRecord } from "../../support/exchange-records.ts";

const [, , url = "", spillFile = ""] = process.argv;
const store = await openStore({ url, log: silentLogger });
const { id: instanceId } = await startInstance(store, systemClock, silentLogger);
const writer = createExchangeWriter({ store, instanceId, clock: systemClock, log: silentLogger, spillFile });
const nextId = createIdSource(systemClock);

// Synchronous: a line that was said is never lost with the process.
const say = (word: string, id: number): void => {
  const nowUs = systemClock.nowUs();
  writeSync(1, `${word} ${id} ${nowUs} ${nowUs - Math.ceil(writer.lagMs() * 1000)}\n`);
};

setInterval(() => {
  const id = nextId();
  writer.open(openRecord(id));
  say("opened", id);
  setTimeout(() => {
    writer.close(completedRecord(id));
    say("closed", id);
  }, 120);
}, 4);
