/** The request's place among those in flight: how urgent it is, whom it is weighed against, and what it is told while it waits. */
import { priorityOf } from "../limits/priority.ts";
import type { Admission, AdmissionRequest, AdmissionTarget, Permit } from "../limits/types.ts";
import type { Inbound } from "./types.ts";

const POSITION_HEADER = "x-tokligence-queue-position";

/** @param keyLevel the best priority that the client key may have; null for any. */
export function admissionOf(inbound: Inbound, owner: string, bytes: number, keyLevel: number | null): AdmissionRequest {
  return {
    priority: priorityOf(inbound.headers, keyLevel),
    owner,
    bytes,
    signal: inbound.signal,
    onPosition(position) {
      const { reply } = inbound;
      if (reply.extraHeaders && reply.status === null) reply.extraHeaders[POSITION_HEADER] = String(position);
    },
  };
}

/** @throws GatewayError overloaded; the signal's reason when the client leaves. */
export function enter(admission: Admission, request: AdmissionRequest): Permit | Promise<Permit> {
  return admission.tryEnter(request) ?? admission.enter(request);
}

export function enterTarget(
  admission: Admission,
  target: AdmissionTarget,
  request: AdmissionRequest,
): Permit | Promise<Permit> {
  return admission.tryEnterTarget(target, request) ?? admission.enterTarget(target, request);
}
