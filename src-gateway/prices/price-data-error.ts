/** Price data that cannot be used; the message is half a sentence for the operator. */
export class PriceDataError extends Error {
  override readonly name = "PriceDataError";
}
