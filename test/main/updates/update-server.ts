/** A server of updates as electron-builder publishes them: a file a channel and system, and the app beside it. */
import { createHash } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

export interface Release {
  version: string;
  body: Buffer;
  /** Of what is said to be published; that of the body where none is given, and none at all where it is null. */
  sha512?: string | null;
  notes?: string;
  /** The end of the app's file: `AppImage`, `exe`, `deb`. */
  kind?: string;
}

export interface UpdateServer {
  url: string;
  /** By the name of the channel's file, as `latest-linux.yml`. */
  releases: Map<string, Release>;
  /** What was asked, without what keeps it from being cached. */
  asked: { path: string; headers: IncomingHttpHeaders }[];
  stop(): Promise<void>;
}

export const sha512Of = (body: Buffer): string => createHash("sha512").update(body).digest("base64");

export async function startUpdateServer(): Promise<UpdateServer> {
  const releases: UpdateServer["releases"] = new Map();
  const asked: UpdateServer["asked"] = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://local");
    asked.push({ path: pathname, headers: request.headers });
    const release = releases.get(pathname.slice(1));
    if (release) return response.end(describe(release));
    const file = [...releases.values()].find((each) => pathname === `/${nameOf(each)}`);
    if (file) return response.setHeader("content-length", file.body.length).end(file.body);
    response.statusCode = 404;
    response.end();
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    releases,
    asked,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const nameOf = ({ version, kind = "AppImage" }: Release): string => `tokligence-gateway-${version}.${kind}`;

function describe(release: Release): string {
  const { version, body, notes, sha512 = sha512Of(body) } = release;
  const sum = sha512 === null ? {} : { sha512 };
  // JSON is YAML, too.
  return JSON.stringify({
    version,
    files: [{ url: nameOf(release), size: body.length, ...sum }],
    path: nameOf(release),
    ...sum,
    releaseDate: "2026-01-01T00:00:00.000Z",
    ...(notes === undefined ? {} : { releaseNotes: notes }),
  });
}
