/** A session bus that accepts every connection and never says a word, as one does whose daemon hangs. */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface SilentBus {
  /** For `DBUS_SESSION_BUS_ADDRESS`. */
  address: string;
  connections(): number;
  close(): void;
}

export async function startSilentBus(): Promise<SilentBus> {
  const folder = mkdtempSync(join(tmpdir(), "tokligence-bus-"));
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket.on("error", () => {}).resume());
  });
  const path = join(folder, "bus");
  server.listen(path);
  await once(server, "listening");
  return {
    address: `unix:path=${path}`,
    connections: () => sockets.size,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
