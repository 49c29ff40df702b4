/** Another program that holds the write lock of a SQLite database until its standard input ends. */
import { writeSync } from "node:fs";
import Sqlite from "better-sqlite3";

const [, , file = ""] = process.argv;
const database = new Sqlite(file);
database.exec("begin immediate");
writeSync(1, "locked\n");
process.stdin.resume();
process.stdin.once("end", () => {
  database.exec("rollback");
  database.close();
});
