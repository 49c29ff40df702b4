/** One value against its type. The answer names what is allowed, and repeats of the value only what cannot be a secret. */
import { isIP } from "node:net";
import { holdsControlCharacters } from "../lib/control-characters.ts";
import { baseUrlProblem } from "./base-url.ts";
import { quote } from "./secret-text.ts";
import type { SettingType } from "./setting-types.ts";

const TRUE = new Set(["true", "1", "yes", "on"]);
const FALSE = new Set(["false", "0", "no", "off"]);

export const isTrue = (text: string): boolean => TRUE.has(text.toLowerCase());

/** The documentation of the earlier gateway wrote ports as `:8081`. */
export const toNumber = (text: string): number => (/^:?\d+$/.test(text) ? Number(text.replace(":", "")) : Number.NaN);

export const splitList = (text: string): string[] =>
  text
    .split(/[,\n]/)
    .map((item) => item.trim())
    .filter((item) => item !== "");

interface Refusal {
  problem: string;
  hint: string;
}

/** Null when the value can be used. */
export function checkValue(type: SettingType, text: string): Refusal | null {
  if (holdsControlCharacters(type.is === "pairs" || type.is === "list" ? text.replace(/[\r\n\t]/g, "") : text)) {
    return { problem: "holds control characters", hint: "" };
  }
  switch (type.is) {
    case "flag":
      return isTrue(text) || FALSE.has(text.toLowerCase())
        ? null
        : { problem: `${quote(text)} is neither true nor false`, hint: "allowed: true, false" };
    case "port":
      return checkRange(toNumber(text), text, 0, 65_535);
    case "number":
      return checkRange(text.startsWith(":") ? Number.NaN : toNumber(text), text, type.min, type.max);
    case "choice":
      return type.values.includes(text.toLowerCase()) ? null : notAllowed(text, type.values);
    case "list":
      return checkList(type.of, text);
    default:
      return checkShape(type.is, text);
  }
}

const notAllowed = (text: string, values: readonly string[]): Refusal => ({
  problem: `${quote(text)} is not allowed`,
  hint: `allowed: ${values.join(", ")}`,
});

function checkRange(value: number, text: string, min: number, max: number): Refusal | null {
  if (Number.isInteger(value) && value >= min && value <= max) return null;
  return { problem: `${quote(text)} is no whole number in range`, hint: `allowed: ${min} to ${max}` };
}

function checkList(of: "host" | "origin" | readonly string[], text: string): Refusal | null {
  for (const item of splitList(text)) {
    if (of === "host") {
      // Compared with the name in a Host header after its port was taken off.
      if (!/^(?:[\w.-]+|\[[0-9a-f:.]+\])$/i.test(item)) {
        return {
          problem: `${quote(item)} is no host name`,
          hint: "such as gateway.example.com, without scheme and port",
        };
      }
    } else if (of === "origin") {
      if (!/^https?:\/\/(?:[\w.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?\/?$/i.test(item)) {
        return { problem: `${quote(item)} is no origin`, hint: "such as https://console.example" };
      }
    } else if (!of.includes(item.toLowerCase())) return notAllowed(item, of);
  }
  return null;
}

type Shape = Exclude<SettingType["is"], "flag" | "port" | "number" | "choice" | "list">;

function checkShape(shape: Shape, text: string): Refusal | null {
  const unless = (isFine: boolean, problem: string, hint: string): Refusal | null =>
    isFine ? null : { problem, hint };
  switch (shape) {
    case "email":
      return unless(
        /^[^\s@,;<>]+@[^\s@,;<>]+$/.test(text),
        `${quote(text)} is no e-mail address`,
        "such as admin@local",
      );
    case "host":
      return unless(
        isHost(text),
        `${quote(text)} is no address to listen on`,
        "such as 127.0.0.1, ::1, 0.0.0.0 or localhost",
      );
    case "url":
      return baseUrlProblem(text);
    case "database":
      return checkDatabase(text);
    case "decimal":
      return unless(/^\d{1,15}(?:\.\d{1,15})?$/.test(text), `${quote(text)} is no number`, "such as 0.5");
    case "duration":
      return unless(
        /^(?:\d+|(?:\d+(?:\.\d+)?(?:ns|us|ms|s|m|h|d))+)$/.test(text),
        `${quote(text)} is no time span`,
        "such as 30s or 24h",
      );
    case "text":
    case "path":
    case "pairs":
    case "key":
    case "secret":
      return null;
  }
}

/** A port behind the name would never be looked up as one. */
const isHost = (text: string): boolean =>
  isIP(text.replace(/^\[(.*)\]$/, "$1")) !== 0 || /^[A-Za-z0-9](?:[\w.-]*\w)?$/.test(text);

const POSTGRES = /^postgres(?:ql)?:\/\//i;

function checkDatabase(text: string): Refusal | null {
  const hint = "a file, or postgres://user@host/database";
  if (POSTGRES.test(text))
    return URL.canParse(text)
      ? null
      : { problem: "is no database address", hint: `${hint}; signs such as / in a password as %2F` };
  // Taken for a file name, it would end up on the disk with its password.
  const isOther = /^[a-z][a-z0-9+.-]+:\/\//i.test(text) || /\b(?:host|dbname|password)\s*=/i.test(text);
  return isOther ? { problem: "names a database that the gateway does not know", hint } : null;
}

export const isPostgres = (text: string): boolean => POSTGRES.test(text);
