/** Style sheets are imported for their effect. */
declare module "*.css";

/** Made by config/tooling/endpoint-table.ts. */
declare module "virtual:endpoint-table" {
  type Client = typeof import("../src-gateway/admin-api/contract/client.ts");
  export const ENDPOINT_TABLE: Parameters<Client["createAdminClient"]>[1];
}
