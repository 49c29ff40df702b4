/** Having the gateway take nothing new for a while. */
import { z } from "zod";
import { endpoint } from "./endpoint.ts";

const pauseSchema = z.object({ paused: z.boolean() });

export const PAUSE_ENDPOINTS = {
  pauseGateway: endpoint(
    "POST",
    "/gateway/pause",
    "gateway:run",
    "Turn new requests away with 503, until it is resumed or started anew; open streams go on",
    { reply: pauseSchema },
  ),
  resumeGateway: endpoint("POST", "/gateway/resume", "gateway:run", "Take requests again", { reply: pauseSchema }),
};
