/** What the request log keeps of an exchange. */
export interface LogSettings {
  bodies: "off" | "metadata" | "full";
  /** The first that fits says otherwise. `*` stands for any text. */
  bodiesFor: { kind: "key" | "model"; pattern: string; level: "off" | "metadata" | "full" }[];
  /** Of each body; what is longer is cut. */
  maxBodyBytes: number;
  /** Null keeps bodies whatever their age. */
  retentionDays: number | null;
  /** Of all bodies as they are stored; null is no limit. */
  retentionBytes: number | null;
}
