import type { Layers } from "./layers.ts";
import type { TypedValues } from "./typed-values.ts";
import type { AdmissionSettings } from "./types.ts";

/** How much goes on at once, and who waits. Fewer bytes than one body may have would keep that body out for ever. */
export function admissionOf(layers: Layers, values: TypedValues, maxBodyBytes: number): AdmissionSettings {
  const maxInFlightBytes = values.number("max_in_flight_bytes", 0);
  if (maxInFlightBytes !== 0 && maxInFlightBytes < maxBodyBytes) {
    layers.problems.push({
      where: values.where("max_in_flight_bytes"),
      key: "max_in_flight_bytes",
      problem: `${maxInFlightBytes} is less than one body may have`,
      hint: `allowed: 0, or at least max_body_bytes, which is ${maxBodyBytes}`,
    });
  }
  return {
    maxInFlight: values.number("max_in_flight", 0),
    maxInFlightBytes,
    maxWaiting: values.number("max_waiting", 1_000),
    queueTimeoutMs: values.number("queue_timeout_ms", 60_000),
    queueMode: (values.text("queue_mode") ?? "hybrid") as AdmissionSettings["queueMode"],
  };
}
