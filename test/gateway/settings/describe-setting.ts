import type { SettingRow, SettingType } from "../../../src-gateway/settings/setting-types.ts";

/** The line that stands for a setting in docs/configuration.md. */
export function describeSetting(row: SettingRow): string {
  const name = `\`${row.key}\` | \`${row.env}\``;
  const old = row.oldEnv.map((each) => `\`${each}\``).join(", ");
  if (!row.hasEffect) return `| ${name} | ${allowed(row.type)} | ${old} |`;
  return `| ${name} | ${allowed(row.type)} | ${row.standard ?? ""} | ${row.about} |`;
}

function allowed(type: SettingType): string {
  switch (type.is) {
    case "flag":
      return "true, false";
    case "port":
      return "0 to 65535";
    case "number":
      return type.max === Number.MAX_SAFE_INTEGER ? "whole number" : `${type.min} to ${type.max}`;
    case "choice":
      return type.values.join(", ");
    case "list":
      return type.of === "host" ? "names" : type.of === "origin" ? "origins" : "endpoint groups";
    case "host":
      return "address";
    case "url":
      return "http(s) address";
    case "database":
      return "path, `postgres://`";
    case "email":
      return "e-mail address";
    case "duration":
      return "time span";
    case "decimal":
      return "number";
    case "key":
      return "key, reference";
    case "secret":
      return "secret, reference";
    case "text":
    case "path":
    case "pairs":
      return type.is;
  }
}
