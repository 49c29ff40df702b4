import type { Clock } from "../lib/clock.ts";
import type { Admission, AdmissionRequest, Permit } from "../limits/types.ts";

/** Admission, with every wait told: what it was for, how long it took, whether it came to something. */
export function timeWaits(
  admission: Admission,
  clock: Clock,
  told: (limit: "gateway" | "provider", waitedUs: number, wasAdmitted: boolean) => void,
): Admission {
  const timed = async (limit: "gateway" | "provider", permit: Promise<Permit>): Promise<Permit> => {
    const fromUs = clock.monotonicUs();
    try {
      const given = await permit;
      told(limit, clock.monotonicUs() - fromUs, true);
      return given;
    } catch (error) {
      told(limit, clock.monotonicUs() - fromUs, false);
      throw error;
    }
  };
  return {
    ...admission,
    enter: (request: AdmissionRequest) => timed("gateway", admission.enter(request)),
    enterTarget: (target, request) => timed("provider", admission.enterTarget(target, request)),
  };
}
