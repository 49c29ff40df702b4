import type { PlainBeginning } from "./plain-message.ts";

/** Of more elements than this the places are not kept: they would take more room than the body. */
const MOST_ELEMENTS = 8_192;

/**
 * Where the objects of a list stand, and how they begin, noted while the list is walked over, so that nobody has to walk over
 * it again to find the first of them or the last.
 */
export class ElementPlaces {
  /** Start and end of the first, of the second and so on; null where there are too many, or one is no object. */
  places: number[] | null = [];
  /** Of the first, of the second and so on; null where it is not plain. */
  beginnings: (PlainBeginning | null)[] = [];

  begin(at: number, isObject: boolean, beginning: PlainBeginning | null): void {
    const { places } = this;
    if (places === null) return;
    if (isObject && places.length < 2 * MOST_ELEMENTS) {
      places.push(at);
      this.beginnings.push(beginning);
    } else {
      this.places = null;
      this.beginnings = [];
    }
  }

  end(at: number): void {
    this.places?.push(at);
  }
}
