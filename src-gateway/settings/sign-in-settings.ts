/** How people reach the console and come in: public address, proxies, sessions, the mail server. */
import { isIP } from "node:net";
import { splitList } from "./check-value.ts";
import { parseCredential } from "./credential-ref.ts";
import type { Layers } from "./layers.ts";
import { quote } from "./secret-text.ts";
import { settingRow as row, type SettingRow } from "./setting-types.ts";
import type { SignInSettings, SmtpSettings } from "./sign-in-types.ts";
import type { Places, TypedValues } from "./typed-values.ts";

const STANDARD_LIFETIME_HOURS = 12;
const STANDARD_IDLE_MINUTES = 240;
const STANDARD_SMTP_PORT = 587;
/** The port where encryption begins with the first byte. */
const SMTPS_PORT = 465;

export const SIGN_IN_ROWS: readonly SettingRow[] = [
  row(
    "public_url",
    { is: "url" },
    "none",
    "where people reach the console, such as `https://gateway.example.com`; with https cookies are kept to it",
  ),
  row(
    "trusted_proxies",
    { is: "text" },
    "none",
    "addresses and networks, such as `10.0.0.0/8`, whose `X-Forwarded-For`, `-Proto` and `-Host` are believed",
  ),
  row(
    "session_hours",
    { is: "number", min: 1, max: 8_760 },
    String(STANDARD_LIFETIME_HOURS),
    "after this long, everybody has to sign in again",
  ),
  row(
    "session_idle_minutes",
    { is: "number", min: 0, max: 525_600 },
    String(STANDARD_IDLE_MINUTES),
    "the same after this long without a request; 0 is no limit",
  ),
  row("smtp_host", { is: "host" }, "none", "the mail server that sends codes to sign in with"),
  row("smtp_port", { is: "port" }, String(STANDARD_SMTP_PORT), "its port"),
  row(
    "smtp_tls",
    { is: "choice", values: ["starttls", "tls", "none"] },
    "`tls` on port 465, else `starttls`",
    "how the connection is encrypted; a server that cannot do that gets no mail",
  ),
  row("smtp_user", { is: "text" }, "none", "the name to sign in to the mail server with"),
  row("smtp_password", { is: "key" }, "none", "its password; in a file only as a reference"),
  row("smtp_from", { is: "text" }, "none", "the sender, such as `Gateway <gateway@example.com>`"),
  row("smtp_ca_file", { is: "path" }, "those of the system", "certificates to trust as well, in PEM"),
];

export function signInSettingsOf(layers: Layers, values: TypedValues, places: Places): SignInSettings {
  return {
    publicUrl: publicUrlOf(layers, values),
    trustedProxies: proxiesOf(layers, values),
    session: {
      lifetimeMs: values.number("session_hours", STANDARD_LIFETIME_HOURS) * 3_600_000,
      idleMs: values.number("session_idle_minutes", STANDARD_IDLE_MINUTES) * 60_000,
    },
    smtp: smtpOf(layers, values, places),
  };
}

/** Paths of the console and of what is signed in through are made from it, so it can have none of its own. */
function publicUrlOf(layers: Layers, values: TypedValues): string | null {
  const text = values.text("public_url");
  if (text === null) return null;
  const url = new URL(text);
  if (url.pathname === "/" && url.search === "" && url.username === "") return url.origin;
  refuse(layers, values, "public_url", "has more than a name", "such as https://gateway.example.com");
  return null;
}

function proxiesOf(layers: Layers, values: TypedValues): string[] {
  const proxies = splitList(values.text("trusted_proxies") ?? "");
  for (const proxy of proxies) {
    const [address = "", bits, ...rest] = proxy.split("/");
    const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
    const isGood =
      most > 0 && rest.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most));
    if (!isGood)
      refuse(
        layers,
        values,
        "trusted_proxies",
        `${quote(proxy)} is no address`,
        "such as 127.0.0.1, 10.0.0.0/8, fd00::/8",
      );
  }
  return proxies;
}

function smtpOf(layers: Layers, values: TypedValues, places: Places): SmtpSettings | null {
  const host = values.text("smtp_host");
  if (host === null) return null;
  const port = values.number("smtp_port", STANDARD_SMTP_PORT);
  const tls = (values.text("smtp_tls") ?? (port === SMTPS_PORT ? "tls" : "starttls")) as SmtpSettings["tls"];
  const from = values.text("smtp_from") ?? "";
  if (!/^(?:[^<>"\\]{0,100}<[^\s@,;<>"]+@[^\s@,;<>"]+>|[^\s@,;<>"]+@[^\s@,;<>"]+)$/.test(from))
    refuse(layers, values, "smtp_from", from === "" ? "is missing" : "is no sender", "such as gateway@example.com");
  const user = values.text("smtp_user");
  const password = values.layered("smtp_password");
  if ((user === null) !== (password === null))
    refuse(
      layers,
      values,
      user === null ? "smtp_user" : "smtp_password",
      "is missing",
      "name and password go together",
    );
  if (password !== null && tls === "none" && !/^(?:localhost|127\.|\[?::1)/.test(host))
    refuse(layers, values, "smtp_tls", "would send the password in the clear", "starttls or tls");
  return {
    host: host.replace(/^\[(.*)\]$/, "$1"),
    port,
    tls,
    user,
    password:
      password === null
        ? null
        : (parseCredential(password.text, places.cwd) ?? { source: "env", name: "TOKLIGENCE_SMTP_PASSWORD" }),
    from,
    caFile: values.path("smtp_ca_file"),
  };
}

function refuse(layers: Layers, values: TypedValues, key: string, problem: string, hint: string): void {
  layers.problems.push({ where: values.where(key), key, problem, hint });
}
