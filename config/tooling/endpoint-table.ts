import type { Plugin } from "vite";
import { ENDPOINTS } from "../../src-gateway/admin-api/contract/endpoints.ts";

const NAME = "virtual:endpoint-table";

/** Where the endpoints of the admin API are, without the schemas that check them: for pages that come with their gateway. */
export function endpointTable(): Plugin {
  const table = Object.entries(ENDPOINTS).map(([name, { method, path }]) => [name, { method, path }]);
  return {
    name: "endpoint-table",
    resolveId: (id) => (id === NAME ? `\0${NAME}` : null),
    load: (id) =>
      id === `\0${NAME}` ? `export const ENDPOINT_TABLE = ${JSON.stringify(Object.fromEntries(table))};` : null,
  };
}
