import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { artifactName, makeCask, makeScoopManifest } from "../../config/tooling/make-manifests.ts";

const builder = parse(readFileSync(fileURLToPath(new URL("../../electron-builder.yml", import.meta.url)), "utf8")) as {
  appId: string;
  productName: string;
  publish: { owner: string; repo: string };
};

const FILES: [os: string, arch: string, extension: string][] = [
  ["mac", "universal", "dmg"],
  ["win", "x64", "exe"],
  ["win", "arm64", "exe"],
];
const sumOf = (text: string): string => createHash("sha256").update(text).digest("hex");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tokligence-release-"));
  for (const [os, arch, extension] of FILES)
    writeFileSync(join(folder, artifactName("1.2.3", os, arch, extension)), `${os} ${arch}`);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const release = `https://github.com/${builder.publish.owner}/${builder.publish.repo}/releases/download`;

describe("Homebrew's cask", () => {
  it("names the image of this release with its checksum, and the app that is in it", async () => {
    const cask = await makeCask("1.2.3", folder);
    expect(cask).toContain(`version "1.2.3"\n  sha256 "${sumOf("mac universal")}"`);
    expect(cask).toContain(`url "${release}/v#{version}/tokligence-gateway-#{version}-mac-universal.dmg"`);
    expect(cask).toContain(`app "${builder.productName}.app"`);
    expect(cask).toContain(`quit: "${builder.appId}"`);
    // It replaces itself; Homebrew must not take that for a broken installation.
    expect(cask).toContain("auto_updates true");
  });

  it("has as many ends as beginnings", async () => {
    const lines = (await makeCask("1.2.3", folder)).split("\n");
    expect(lines.filter((line) => line.endsWith(" do"))).toHaveLength(
      lines.filter((line) => /^\s*end$/.test(line)).length,
    );
  });

  it("is not made of a release without an image", async () => {
    await expect(makeCask("9.9.9", folder)).rejects.toThrow("ENOENT");
  });
});

describe("Scoop's manifest", () => {
  it("names the installer for each processor with its checksum, and how it finds the next release", async () => {
    const manifest = JSON.parse(await makeScoopManifest("1.2.3", folder)) as {
      version: string;
      architecture: Record<string, { url: string; hash: string; pre_install: string[] }>;
      shortcuts: string[][];
      autoupdate: { architecture: Record<string, { url: string }>; hash: { url: string } };
    };
    expect(manifest.version).toBe("1.2.3");
    for (const [name, arch] of [
      ["64bit", "x64"],
      ["arm64", "arm64"],
    ] as const) {
      const part = manifest.architecture[name];
      expect(part?.url).toBe(`${release}/v1.2.3/tokligence-gateway-1.2.3-win-${arch}.exe#/dl.7z`);
      expect(part?.hash).toBe(sumOf(`win ${arch}`));
      const next = manifest.autoupdate.architecture[name]?.url.replaceAll("$version", "1.2.3");
      expect(next).toBe(part?.url);
    }
    expect(manifest.autoupdate.hash.url).toBe(`${release}/v$version/SHA256SUMS`);
    expect(manifest.shortcuts[0]?.[0]).toBe(`${builder.productName}.exe`);
  });

  it("is not made of a release that lacks an installer", async () => {
    rmSync(join(folder, artifactName("1.2.3", "win", "arm64", "exe")));
    await expect(makeScoopManifest("1.2.3", folder)).rejects.toThrow("ENOENT");
  });
});
