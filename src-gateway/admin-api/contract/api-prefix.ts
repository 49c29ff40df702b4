/** Before the path of every endpoint. */
export const API_PREFIX = "/api/v1";
