/** Style sheets are imported for their effect. */
declare module "*.css";

/** Made by config/tooling/endpoint-table.ts. */
declare module "virtual:endpoint-table" {
  // oxlint-disable-next-line typescript/consistent-type-imports -- no import of a relative path may stand in here
  type Client = typeof import("../src-gateway/admin-api/contract/client.ts");
  export const ENDPOINT_TABLE: Parameters<Client["createAdminClient"]>[1];
}
