/** The end of a chain at some moment: whoever holds it, can tell later whether the chain was changed up to there. */
export interface ChainHead {
  instanceId: number;
  place: number;
  /** Hex. */
  hash: string;
}
