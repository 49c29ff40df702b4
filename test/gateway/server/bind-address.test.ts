import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { bindAddress } from "../../../src-gateway/server/bind-address.ts";

async function listen(host: string, port: number): Promise<Server> {
  const server = createServer();
  onTestFinished(() => void server.close());
  server.listen(bindAddress(host, port), 8);
  await once(server, "listening");
  return server;
}

it.each([
  ["127.0.0.1", /^127\.0\.0\.1$/],
  ["0.0.0.0", /^0\.0\.0\.0$/],
  ["localhost", /^(?:127\.0\.0\.1|::1)$/],
])("%s is listened on, and a taken port said as Node says it", async (host, found) => {
  const server = await listen(host, 0);
  const { address, port } = server.address() as AddressInfo;
  expect(address).toMatch(found);
  const refusal = { code: "EADDRINUSE", syscall: "listen", address, port };
  await expect(listen(host, port)).rejects.toMatchObject(refusal);
});

it("an address that is not of this machine is said as Node says it", async () => {
  const refusal = { code: "EADDRNOTAVAIL", syscall: "listen", address: "192.0.2.1" };
  await expect(listen("192.0.2.1", 0)).rejects.toMatchObject(refusal);
});
