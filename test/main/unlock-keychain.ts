/**
 * Reads from a locked keychain, has it unlocked behind its back, and waits until the gateway's keychain knows; prints what it
 * said before and after, and how often that was told.
 *
 *     node test/main/unlock-keychain.ts
 */
import { spawnSync } from "node:child_process";
import { keychainState, onKeychainAgain, readKeychain } from "../../src-gateway/secrets/keychain.ts";

const TO_BUS = ["--session", "--print-reply", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus"];
const NAME = "string:org.freedesktop.secrets";

let told = 0;
onKeychainAgain(() => told++);
const read = await readKeychain("test-left");
const { stdout } = spawnSync("dbus-send", [...TO_BUS, "org.freedesktop.DBus.GetConnectionUnixProcessID", NAME]);
process.kill(Number(/uint32 (\d+)/.exec(String(stdout))?.[1]));
spawnSync("gnome-keyring-daemon", ["--components=secrets", "--daemonize", "--unlock"], {
  input: "pass\n",
  stdio: ["pipe", "ignore", "ignore"],
});
// The first look follows from this question, so it comes after the unlocking.
const before = keychainState().state;
const untilMs = performance.now() + 30_000;
while (keychainState().state !== "open" && performance.now() < untilMs)
  await new Promise((resolve) => setTimeout(resolve, 20));
const { value } = await readKeychain("test-left");
process.stdout.write(`${JSON.stringify({ read, before, after: keychainState(), value, told })}\n`);
