/** Who has ended a client's connection before its answer was whole: the client, or the gateway at its own end. */
import { GatewayError } from "../ir/errors.ts";
import { ClientGone } from "./read-body.ts";

/** @param cut aborted when the time for the end of the gateway is up, and what is still open is broken off. */
export const whyGone = (cut: AbortSignal): Error =>
  cut.aborted
    ? new GatewayError("shutting_down", "The gateway was stopped before the answer was complete.")
    : new ClientGone("The client left.");
