/**
 * What Homebrew and Scoop need to install the desktop app, made of a release's own files: their addresses and checksums.
 * `node config/tooling/make-manifests.ts VERSION FOLDER` reads the installers in the folder and writes beside them.
 */
import { createHash } from "node:crypto";
import { createReadStream, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";

const HOMEPAGE = "https://github.com/tokligence/tokligence-gateway";
const DESCRIPTION = "One local gateway between coding agents and any AI provider";

/** As electron-builder.yml has it. */
export const artifactName = (version: string, os: string, arch: string, extension: string): string =>
  `tokligence-gateway-${version}-${os}-${arch}.${extension}`;

const addressOf = (version: string, file: string): string => `${HOMEPAGE}/releases/download/v${version}/${file}`;

/** @throws when the release has no image for macOS. */
export async function makeCask(version: string, folder: string): Promise<string> {
  const file = artifactName(version, "mac", "universal", "dmg");
  return `cask "tokligence-gateway" do
  version "${version}"
  sha256 "${await sha256(join(folder, file))}"

  url "${addressOf("#{version}", artifactName("#{version}", "mac", "universal", "dmg"))}"
  name "Tokligence Gateway"
  desc "${DESCRIPTION}"
  homepage "${HOMEPAGE}"

  livecheck do
    url :url
    strategy :github_latest
  end

  auto_updates true

  app "Tokligence Gateway.app"

  uninstall quit: "com.tokligence.gateway"

  zap trash: [
    "~/Library/Application Support/Tokligence Gateway",
    "~/Library/Caches/tokligence-gateway-updater",
    "~/Library/Preferences/com.tokligence.gateway.plist",
  ]
end
`;
}

/** Scoop names processors in its own way, and so does the archive inside of an installer. */
const WINDOWS = [
  { scoop: "64bit", arch: "x64", inner: "app-64.7z" },
  { scoop: "arm64", arch: "arm64", inner: "app-arm64.7z" },
] as const;

/** @throws when the release lacks an installer for Windows. */
export async function makeScoopManifest(version: string, folder: string): Promise<string> {
  const architecture: Record<string, object> = {};
  const autoupdate: Record<string, object> = {};
  for (const { scoop, arch, inner } of WINDOWS) {
    const file = artifactName(version, "win", arch, "exe");
    architecture[scoop] = {
      // The end of the address is Scoop's: the installer is taken for an archive, and runs nothing.
      url: `${addressOf(version, file)}#/dl.7z`,
      hash: await sha256(join(folder, file)),
      pre_install: [
        `Expand-7zipArchive "$dir\\$PLUGINSDIR\\${inner}" "$dir"`,
        'Remove-Item "$dir\\$PLUGINSDIR", "$dir\\Uninstall*" -Force -Recurse',
      ],
    };
    autoupdate[scoop] = { url: `${addressOf("$version", artifactName("$version", "win", arch, "exe"))}#/dl.7z` };
  }
  const manifest = {
    version,
    description: `${DESCRIPTION}.`,
    homepage: HOMEPAGE,
    license: "Apache-2.0",
    architecture,
    shortcuts: [["Tokligence Gateway.exe", "Tokligence Gateway"]],
    checkver: { github: HOMEPAGE },
    autoupdate: {
      architecture: autoupdate,
      hash: { url: addressOf("$version", "SHA256SUMS") },
    },
  };
  return `${JSON.stringify(manifest, null, 4)}\n`;
}

async function sha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

const [, script, version, folder] = process.argv;
if (script !== undefined && resolve(script) === fileURLToPath(import.meta.url)) {
  if (version === undefined || folder === undefined) throw new Error("Name the version, and the folder of its files.");
  writeFileSync(join(folder, "tokligence-gateway.rb"), await makeCask(version, folder));
  writeFileSync(join(folder, "tokligence-gateway.json"), await makeScoopManifest(version, folder));
}
