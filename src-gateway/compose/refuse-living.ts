import { livingRuns } from "../store/copy/living-runs.ts";
import { nameOf } from "../store/open-store.ts";

/** @throws Error when a gateway uses the database. */
export async function refuseLiving(url: string): Promise<void> {
  const [run] = await livingRuns(url, Date.now());
  if (run !== undefined)
    throw new Error(`A gateway uses ${nameOf(url)} (${run}). Stop it first; one that crashed counts for a minute.`);
}
