/**
 * The same text, made anew. One that was cut out of another or put together from others is nothing but references to them,
 * which the engine follows each time it is compared, looked up, or written somewhere: worth it for what is used many times.
 */
export const flatText = (text: string): string => JSON.parse(JSON.stringify(text)) as string;

/** A text that mostly is the one of before; it is made anew when that is so for the first time. */
export class SteadyText {
  private text = "";
  private isFlat = true;

  put(text: string): string {
    this.text = text;
    this.isFlat = false;
    return text;
  }

  again(): string {
    if (!this.isFlat) {
      this.text = flatText(this.text);
      this.isFlat = true;
    }
    return this.text;
  }
}
