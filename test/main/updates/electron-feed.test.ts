/** The real electron-updater against a real server: what it takes, and what it refuses. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { electronFeed } from "../../../src-main/updates/electron-feed.ts";
import { explainUpdateFailure } from "../../../src-main/updates/explain-update-failure.ts";
import type { UpdateFeed } from "../../../src-main/updates/types.ts";
import { publisherProblem } from "../../../src-main/updates/windows-publisher.ts";
import { quits, realUpdater, sayQuit, system } from "./real-updater.ts";
import { sha512Of, startUpdateServer, type UpdateServer } from "./update-server.ts";

const body = Buffer.from("#!/bin/sh\nexit 0\n# a new app\n".repeat(500));
const evil = Buffer.from("#!/bin/sh\nexit 1\n".repeat(500));
const LATEST = process.arch === "x64" ? "latest-linux.yml" : `latest-linux-${process.arch}.yml`;
const BETA = LATEST.replace("latest", "beta");

let folder: string;
let server: UpdateServer;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "tokligence-updates-"));
  writeFileSync(join(folder, "tokligence-gateway.AppImage"), "the old app");
  server = await startUpdateServer();
});
afterEach(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const feedOf = async (version?: string): Promise<UpdateFeed> =>
  electronFeed(await realUpdater("AppImageUpdater", { folder, url: server.url, ...(version ? { version } : {}) }), {
    installsOnQuit: false,
    system,
  });
const pending = (): string[] => {
  const place = join(folder, "tokligence-gateway-updater/pending");
  return existsSync(place) ? readdirSync(place).filter((name) => name.endsWith(".AppImage")) : [];
};
const failureOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => "nothing failed",
    (error: unknown) => explainUpdateFailure(error),
  );
const installed = (): string => readFileSync(join(folder, "tokligence-gateway.AppImage"), "utf8");

describe.skipIf(process.platform !== "linux")("an AppImage (needs Linux)", () => {
  it("hears of a newer version with its notes, and nothing is fetched before that is wanted", async () => {
    server.releases.set(LATEST, { version: "1.1.0", body, notes: "<p>New:</p><ul><li>One &amp; two</li></ul>" });
    const feed = await feedOf();
    expect(await feed.check("stable")).toEqual({ version: "1.1.0", notes: "New:\n\n- One & two" });
    expect(server.asked.map(({ path }) => path)).toEqual([`/${LATEST}`]);
    expect(pending()).toEqual([]);
  });

  it("tells no server which installation asks", async () => {
    server.releases.set(LATEST, { version: "1.1.0", body });
    const feed = await feedOf();
    await feed.check("stable");
    await feed.download(() => {});
    const id = readFileSync(join(folder, ".updaterId"), "utf8");
    expect(server.asked.length).toBeGreaterThan(1);
    expect(JSON.stringify(server.asked)).not.toContain(id);
  });

  it("keeps what has the checksum that was published, and puts it in its place when it is told to", async () => {
    server.releases.set(LATEST, { version: "1.1.0", body });
    const feed = await feedOf();
    await feed.check("stable");
    const percents: number[] = [];
    await feed.download((percent) => percents.push(percent));
    expect(percents.every((percent) => percent >= 0 && percent <= 100)).toBe(true);
    expect(pending()).toEqual(["tokligence-gateway-1.1.0.AppImage"]);
    sayQuit();
    expect(installed()).toBe("the old app");
    feed.install();
    expect(installed()).toBe(body.toString());
    await vi.waitFor(() => expect(quits()).toBe(1));
  });

  it("refuses what has another checksum, and keeps nothing of it", async () => {
    server.releases.set(LATEST, { version: "1.1.0", body: evil, sha512: sha512Of(body) });
    const feed = await feedOf();
    await feed.check("stable");
    expect(await failureOf(feed.download(() => {}))).toContain("its checksum differs");
    expect(pending()).toEqual([]);
    feed.install();
    expect([installed(), quits()]).toEqual(["the old app", 0]);
  });

  it("refuses what was published without a checksum", async () => {
    server.releases.set(LATEST, { version: "1.1.0", body, sha512: null });
    const feed = await feedOf();
    await feed.check("stable");
    expect(await failureOf(feed.download(() => {}))).toContain("without a checksum");
    expect(pending()).toEqual([]);
  });

  it("is offered neither its own version nor an older one, in either channel", async () => {
    for (const version of ["1.0.0", "0.9.9", "1.0.0-beta.1"]) {
      server.releases.set(LATEST, { version, body });
      server.releases.set(BETA, { version, body });
      const feed = await feedOf();
      expect(await feed.check("stable")).toBe("newest");
      expect(await feed.check("beta")).toBe("newest");
      // Back from a channel with newer versions, too.
      expect(await feed.check("stable")).toBe("newest");
    }
  });

  it("asks the channel that was chosen", async () => {
    server.releases.set(LATEST, { version: "1.1.0", body });
    server.releases.set(BETA, { version: "1.2.0-beta.1", body });
    const feed = await feedOf();
    expect(await feed.check("beta")).toMatchObject({ version: "1.2.0-beta.1" });
    expect(await feed.check("stable")).toMatchObject({ version: "1.1.0" });
    server.releases.delete(BETA);
    expect(await failureOf(feed.check("beta"))).toBe("Nothing is published for this system in this channel.");
  });

  it("says that the server is gone, without its address", async () => {
    const feed = await feedOf();
    await server.stop();
    expect(await failureOf(feed.check("stable"))).toBe("The server of the updates cannot be reached.");
  });

  it("that is no AppImage is updated by something else", async () => {
    server.releases.set(LATEST, { version: "1.1.0", body });
    const feed = await feedOf();
    delete process.env["APPIMAGE"];
    expect(await feed.check("stable")).toBe("unsupported");
    expect(server.asked).toEqual([]);
  });
});

describe.skipIf(process.platform === "darwin")("an installer for Windows (needs Linux or Windows)", () => {
  const CHANNEL =
    process.platform === "linux" ? LATEST : process.platform === "darwin" ? "latest-mac.yml" : "latest.yml";

  /** @param signer whom Windows would name for what was downloaded; null for a signature that does not hold. */
  async function download(signer: string | null): Promise<string> {
    server.releases.set(CHANNEL, { version: "1.1.0", body, kind: "exe" });
    const updater = await realUpdater("NsisUpdater", {
      folder,
      url: server.url,
      publisher: "CN=Tokligence, O=Tokligence",
    });
    const asked: string[] = [];
    const powerShell = (script: string): Promise<string> => {
      const [, path = ""] = /FromBase64String\('([\w+/=]+)'\)/.exec(script) ?? [];
      asked.push(readFileSync(Buffer.from(path, "base64").toString(), "utf8"));
      return Promise.resolve(JSON.stringify({ status: signer === null ? 3 : 0, subject: signer }));
    };
    Object.assign(updater, {
      verifyUpdateCodeSignature: (names: string[], path: string) => publisherProblem(names, path, powerShell),
    });
    const feed = electronFeed(updater, { installsOnQuit: false, system });
    await feed.check("stable");
    const failure = await failureOf(feed.download(() => {}));
    expect(asked).toEqual([body.toString()]);
    return failure;
  }
  const kept = (): string[] =>
    readdirSync(join(folder, "tokligence-gateway-updater/pending")).filter((name) => name.endsWith(".exe"));

  it("is kept when the publisher has signed it", async () => {
    expect(await download("CN=Tokligence, O=Tokligence, C=DE")).toBe("nothing failed");
    expect(kept()).toEqual(["tokligence-gateway-1.1.0.exe"]);
  });

  it.each([
    ["somebody else", "CN=Tokligence, O=Somebody, C=DE"],
    ["nobody who can be told", null],
  ])("is refused when %s has signed it, with the right checksum", async (_who, signer) => {
    expect(await download(signer)).toContain("not signed by the publisher");
    expect(kept()).toEqual([]);
  });

  it("is refused where PowerShell does not answer", async () => {
    const asked = await publisherProblem(["CN=Tokligence"], "setup.exe", () => Promise.reject(new Error("no answer")));
    expect(asked).toContain("could not be read");
  });

  it.skipIf(process.platform === "win32")("is refused without PowerShell (needs Linux or macOS)", async () => {
    expect(await publisherProblem(["CN=Tokligence"], "setup.exe")).toContain("could not be read");
  });

  it.each([
    ['CN="A, B", O=C', 'CN="A, B"', true],
    ["CN=A, O=C", "A", true],
    ["CN=AB, O=C", "A", false],
    ["CN=A, O=C", "CN=A, O=D", false],
    ["O=A", "A", false],
  ])("signed by %s is %s's: %s", async (subject, publisher, isTheirs) => {
    const problem = await publisherProblem([publisher], "setup.exe", () =>
      Promise.resolve(JSON.stringify({ status: 0, subject })),
    );
    expect(problem).toBe(isTheirs ? null : "it is signed by somebody else");
  });
});
