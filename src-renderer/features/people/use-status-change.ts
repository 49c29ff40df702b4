import { useGateway } from "../../api/gateway-context.tsx";
import { showToast } from "../../components/toasts.tsx";
import { t } from "../../i18n/t.ts";
import type { User } from "./people-types.ts";

/** Suspends who is active and activates who is suspended; the toast takes it back. */
export function useStatusChange(onChanged: () => void): (user: User) => void {
  const { connection } = useGateway();
  const become = (user: User, status: User["status"], undo: User["status"] | null): void => {
    connection.call("updateUser", { params: { id: user.id }, body: { status } }).then(
      () => {
        onChanged();
        showToast({
          text: t(status === "active" ? "people:activated" : "people:suspended", { email: user.email }),
          ...(undo === null ? {} : { undo: () => become(user, undo, null) }),
        });
      },
      (error: unknown) => showToast({ text: error instanceof Error ? error.message : String(error), tone: "bad" }),
    );
  };
  return (user) => become(user, user.status === "active" ? "suspended" : "active", user.status);
}
