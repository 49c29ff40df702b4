/** Opens a database in a process of its own. */
import { silentLogger } from "../../../src-gateway/lib/logger.ts";
import { openStore } from "../../../src-gateway/store/open-store.ts";

const [, , url = ""] = process.argv;
const store = await openStore({ url, log: silentLogger });
await store.close();
process.stdout.write("opened\n");
