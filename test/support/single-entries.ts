/** Chains as earlier gateways wrote them: a row for each entry, with the hash of the chain up to it. */
import { readTexts } from "../../src-gateway/ledger/entry-texts.ts";
import { chainStart, ENTRY_KINDS, nextHash } from "../../src-gateway/store/ledger-chain.ts";
import type { Store } from "../../src-gateway/store/open-store.ts";
import { readChainLasts, readEntries } from "../../src-gateway/store/read-chain.ts";

/** Writes what stands in blocks as single entries. */
export async function toSingleEntries({ db }: Store): Promise<void> {
  const singles = [];
  for (const { instance_id } of await readChainLasts(db)) {
    let hash = chainStart(instance_id);
    for (let after = 0; ; ) {
      const entries = await readEntries(db, instance_id, after, 500);
      const texts = await readTexts(db, entries);
      for (const { place, kind, id } of entries) {
        hash = nextHash(hash, { kind, text: texts[kind].get(id) ?? "" });
        singles.push({ instance_id, place, kind: ENTRY_KINDS.indexOf(kind), entry_id: id, hash });
      }
      const last = entries.at(-1);
      if (!last) break;
      after = last.place;
    }
  }
  await db.deleteFrom("ledger_blocks").execute();
  while (singles.length > 0) await db.insertInto("ledger_chain").values(singles.splice(0, 100)).execute();
}
