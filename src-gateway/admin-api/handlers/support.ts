import type { SUPPORT_ENDPOINTS } from "../contract/support-endpoints.ts";
import type { Handlers } from "./types.ts";

export const supportHandlers: Pick<Handlers, keyof typeof SUPPORT_ENDPOINTS> = {
  async getSupportBundle({ deps }) {
    const moment = new Date(deps.clock.nowUs() / 1_000).toISOString().slice(0, 16).replaceAll(/[-:]/g, "");
    return { fileName: `gateway-support-${moment}.json`, ...(await deps.supportBundle()) };
  },
};
