// Set-up that a fresh clone needs, run by the pre-scripts of `npm start` and `npm test`.
// It has to work on any Node from 18 on and before anything is installed, so it uses built-ins only.
// It must stay a pre-script: within one script line a shell keeps using the first `node` it found, and the
// point is that the next line runs on the project's own Node (node_modules/.bin/node).
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
process.chdir(root);

/** Progress goes to standard error: standard output belongs to the program that is started next. */
const say = (text) => process.stderr.write(`${text}\n`);

const onPath = (...names) =>
  (process.env.PATH ?? "").split(delimiter).some((dir) => names.some((name) => existsSync(join(dir, name))));

const run = (command, ...args) =>
  spawnSync(command, args, {
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  }).status ?? 1;

function installPackages() {
  const wanted = createHash("sha256")
    .update(readFileSync("package-lock.json"))
    .update(`${process.platform}-${process.arch}`)
    .digest("hex");
  const stamp = "node_modules/.installed-for";
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  say(`Installing packages (this machine has Node ${process.version}; the project brings its own).`);
  // The tools are development dependencies, and a build machine may have NODE_ENV=production set.
  const status = run("npm", "ci", "--include=dev", "--loglevel=error");
  if (status !== 0) process.exit(status);
  writeFileSync(stamp, wanted);
}

function newestChange(...paths) {
  let newest = 0;
  for (const path of paths) {
    const stat = statSync(path);
    // A folder's own time changes when a file is removed from it.
    newest = Math.max(newest, stat.mtimeMs);
    if (stat.isDirectory())
      newest = Math.max(newest, ...readdirSync(path).map((name) => newestChange(join(path, name))));
  }
  return newest;
}

function build() {
  const stamp = "dist/.built";
  const sources = ["src-gateway", "src-main", "src-renderer", "config", "package-lock.json", "package.json"];
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= newestChange(...sources)) return;
  say("Building.");
  const status = run("npm", "run", "--silent", "build");
  if (status !== 0) process.exit(status);
  writeFileSync(stamp, "");
}

let isListUpdated = false;

/** From Debian, when we may install something there. */
function installFromDebian(...names) {
  if (process.getuid?.() !== 0 || !onPath("apt-get")) return false;
  if (!isListUpdated) run("apt-get", "update", "-qq");
  isListUpdated = true;
  return run("apt-get", "install", "-y", "-qq", "--no-install-recommends", ...names) === 0;
}

/** Debian's Chromium when we may install it, Playwright's own otherwise; the browser tests skip, and say so, without either. */
function installBrowser() {
  if (process.env.TEST_CHROMIUM || onPath("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"))
    return;
  say("Installing Chromium for the browser tests.");
  if (!installFromDebian("chromium")) run("npx", "playwright", "install", "chromium");
}

/** The tests of counts that gateways share skip, and say so, without it. */
function installRedis() {
  if (onPath("redis-server") || process.getuid?.() !== 0 || !onPath("apt-get")) return;
  say("Installing Redis for the tests of shared counts.");
  installFromDebian("redis-server");
}

/** Checks the alert rules and asks the dashboard's questions; those tests skip, and say so, without it. */
function installPrometheus() {
  if (onPath("prometheus") || process.getuid?.() !== 0 || !onPath("apt-get")) return;
  say("Installing Prometheus for the tests of dashboard and alerts.");
  installFromDebian("prometheus");
}

/** Stands before the replicas in the tests of deployment; those tests skip, and say so, without it. */
function installNginx() {
  if (onPath("nginx") || existsSync("/usr/sbin/nginx") || process.getuid?.() !== 0 || !onPath("apt-get")) return;
  say("Installing nginx for the tests of deployment.");
  installFromDebian("nginx-light");
}

/** Counts the instructions of a request, for the test of what one may cost; without it that test compares times. */
function installValgrind() {
  if (onPath("valgrind") || process.getuid?.() !== 0 || !onPath("apt-get")) return;
  say("Installing valgrind for the test of what a request costs.");
  installFromDebian("valgrind");
}

/** A keychain that answers without a desktop; its tests skip, and say so, without one. */
function installKeychain() {
  if (process.platform !== "linux" || (onPath("gnome-keyring-daemon") && onPath("dbus-run-session"))) return;
  if (process.getuid?.() !== 0 || !onPath("apt-get")) return;
  say("Installing a Secret Service for the tests of the keychain.");
  installFromDebian("gnome-keyring", "dbus-x11", "libsecret-1-0");
}

installPackages();
if (process.argv.includes("--build") || process.argv.includes("--test")) build();
if (process.argv.includes("--test")) {
  installBrowser();
  installRedis();
  installPrometheus();
  installNginx();
  installValgrind();
  installKeychain();
}
