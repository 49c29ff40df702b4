/**
 * Loaded before a peer (`node --import`) that does more than it is asked for: it may connect to this machine alone, and start
 * no programs. Whatever it tries besides fails, as it would on a machine without a network.
 */
import childProcess from "node:child_process";
import { syncBuiltinESMExports } from "node:module";
import { Socket } from "node:net";

const LOOPBACK = ["127.0.0.1", "::1", "localhost"];
const connect = Socket.prototype.connect;

/** All ways to say it: `(options)`, `(path)`, `(port, host)`, and an array of these, which is how Node calls it itself. */
function hostOf(args: readonly unknown[]): string {
  const [first, second] = Array.isArray(args[0]) ? (args[0] as unknown[]) : args;
  if (typeof first === "object" && first !== null && "host" in first && typeof first.host === "string")
    return first.host;
  return typeof second === "string" ? second : "localhost";
}

Object.assign(Socket.prototype, {
  connect(this: Socket, ...args: unknown[]): Socket {
    const host = hostOf(args);
    if (LOOPBACK.includes(host)) return Reflect.apply(connect, this, args) as Socket;
    // Later, as a network would: undici has not yet put on its listener for errors, and one unheard ends the program.
    setImmediate(() => this.destroy(new Error(`${host} is not on loopback.`)));
    return this;
  },
});

function refuse(): never {
  throw new Error("Programs are not started here.");
}
const starters = ["exec", "execFile", "execFileSync", "execSync", "fork", "spawn", "spawnSync"];
Object.assign(childProcess, Object.fromEntries(starters.map((name) => [name, refuse])));
syncBuiltinESMExports();
