import { settingRow as row, type SettingRow } from "./setting-types.ts";

export const NETWORK_ROWS: readonly SettingRow[] = [
  row(
    "https_proxy",
    { is: "text" },
    "`HTTPS_PROXY`, else `ALL_PROXY`",
    "the proxy to `https` addresses: `http://`, `https://` or `socks5://`, or `none`; `env:NAME` or `file:PATH` where it holds a password. [Networks of companies](deployment.md#networks-of-companies)",
  ),
  row("http_proxy", { is: "text" }, "`HTTP_PROXY`, else `ALL_PROXY`", "the same to `http` addresses"),
  row(
    "no_proxy",
    { is: "text" },
    "`NO_PROXY`",
    "hosts that are reached without a proxy, such as `.example.com,10.1.2.3:8080` or `*`; this computer always is",
  ),
  row(
    "extra_ca_file",
    { is: "path" },
    "`NODE_EXTRA_CA_CERTS`",
    "a PEM file with authorities that are trusted besides the well-known ones",
  ),
  row("system_ca", { is: "flag" }, "false", "trusts the authorities that the operating system trusts, too"),
];
