import { ExportGateway } from "./export-gateway.tsx";
import { ImportGateway } from "./import-gateway.tsx";

/** From this computer to another one, and the way back. */
export function Transfer() {
  return (
    <div className="stack">
      <ExportGateway />
      <ImportGateway />
    </div>
  );
}
