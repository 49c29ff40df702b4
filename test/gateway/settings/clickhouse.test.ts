import { describe, expect, it } from "vitest";
import { settingsFolder } from "./settings-folder.ts";

describe("the address of ClickHouse", () => {
  const url = "https://writer:hunter2@clickhouse.example:8443/billing";

  it("may be given itself, by the environment or by a file, and is never shown", () => {
    const folder = settingsFolder({
      "config/setting.ini": `clickhouse_url = ${url}\nclickhouse_table = billing.spent`,
    });
    const settings = folder.load();
    expect(settings.clickhouse).toEqual({ url, table: "billing.spent" });
    expect(JSON.stringify(settings.explained)).not.toContain("hunter2");
    const byEnvironment = settingsFolder({ "config/setting.ini": "clickhouse_url = env:MY_CLICKHOUSE" });
    const standard = { url, table: "tokligence_exchanges" };
    expect(byEnvironment.load({ env: { MY_CLICKHOUSE: url } }).clickhouse).toEqual(standard);
    const path = byEnvironment.write("secret", `${url}\n`);
    expect(byEnvironment.load({ env: { TOKLIGENCE_CLICKHOUSE_URL: `file:${path}` } }).clickhouse).toEqual(standard);
  });

  it("is refused when it is none, without being repeated", () => {
    const folder = settingsFolder({ "config/setting.ini": "clickhouse_url = clickhouse://u:hunter2@x:9000" });
    expect(folder.problems()).toMatchObject([
      { key: "clickhouse_url", problem: "is no address of ClickHouse's HTTP interface" },
    ]);
    expect(JSON.stringify(folder.problems())).not.toContain("hunter2");
  });

  it.each(["a b", "a;drop", "`a`", "a.b.c", "1a", "a-b"])("is refused with %s as its table", (table) => {
    const folder = settingsFolder({ "config/setting.ini": `clickhouse_table = ${table}` });
    expect(folder.problems()).toMatchObject([{ key: "clickhouse_table", problem: "is no name of a table" }]);
  });
});
