import type { Settings } from "../settings/types.ts";
import { consoleUrlOf } from "./sign-in-side.ts";

export interface Urls {
  url: string;
  consoleUrl: string;
}

/** Where the gateway can be reached, once its listeners have their ports. */
export function urlsOf(bound: { name: string; host: string; port: number }[], settings: Settings): Urls {
  const urlOf = (name: string): string | null => {
    const listener = bound.find((each) => each.name === name);
    if (!listener) return null;
    // An address that means "everywhere" is none that can be called.
    const host = listener.host === "0.0.0.0" || listener.host === "::" ? "127.0.0.1" : listener.host;
    return `http://${host.includes(":") ? `[${host}]` : host}:${listener.port}`;
  };
  const url = urlOf("facade") ?? urlOf("openai") ?? "";
  return { url, consoleUrl: consoleUrlOf(settings, `${urlOf("facade") ?? urlOf("admin") ?? url}/console/`) };
}
