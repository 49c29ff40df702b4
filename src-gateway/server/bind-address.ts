import cluster from "node:cluster";
import net from "node:net";

interface Bound {
  handle: object;
}

/** New in Node: its types do not know it yet, and where it is missing an address is bound as always. */
const { BoundSocket } = net as { BoundSocket?: new (options: { host: string; port: number }) => object };

/**
 * What `server.listen` takes. An address in figures is bound here: to look it up as a name, Node compiles a pattern of all IPv6
 * addresses first, for a twentieth of the CPU of a start.
 */
export function bindAddress(host: string, port: number): Bound | { host: string; port: number } {
  // A worker shares what the first process binds.
  if (BoundSocket !== undefined && net.isIPv4(host) && !cluster.isWorker) {
    try {
      return { handle: new BoundSocket({ host, port }) };
    } catch {
      // What is wrong is said as always.
    }
  }
  return { host, port };
}
