import { once } from "node:events";
import http from "node:http";

/** Asks the admin API over the socket in the data folder, where the command line asks too. */
export async function askSocket(
  socketPath: string,
  { method, path, body }: { method: string; path: string; body?: string | undefined },
): Promise<{ status: number; text: string }> {
  const headers = { "content-type": "application/json", host: "localhost" };
  const request = http.request({ socketPath, method, path, headers });
  request.end(body);
  const [response] = (await once(request, "response")) as [http.IncomingMessage];
  let text = "";
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode ?? 0, text };
}
