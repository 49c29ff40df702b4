import type { JsonObject } from "../loose-json.ts";

export interface Item {
  /** Unique in the stream, also where a provider numbers two items alike. */
  key: string;
  type: string;
  id: string | null;
  /** The provider has said that it begins, or that it is done. */
  wasAdded: boolean;
  isDone: boolean;
}

/** The items of a stream: providers number them, or name them, or just send one after the other. */
export interface ItemList {
  /** The item that an event speaks of. An item of another type is another item, whatever its number. */
  find(event: JsonObject, type: string, id: string | null, isAdded?: boolean): Item;
  add(place: string, type: string, id: string | null): Item;
  all(): Item[];
}

export function createItemList(): ItemList {
  const byPlace = new Map<string, Item>();
  const all: Item[] = [];
  const list: ItemList = {
    all: () => [...all],
    add(place, type, id) {
      const item = { key: String(all.length), type, id, wasAdded: false, isDone: false };
      all.push(item);
      byPlace.set(place, item);
      return item;
    },
    find(event, type, id, isAdded = false) {
      const index = event["output_index"];
      const place = typeof index === "number" ? String(index) : (id ?? all.at(-1)?.id ?? "");
      const known = byPlace.get(place);
      // Some providers give an item another id in every event, so an id alone tells items apart only after one is done.
      const isOther =
        !known || known.type !== type || (isAdded && known.wasAdded) || (known.isDone && (isAdded || known.id !== id));
      return isOther ? list.add(place, type, id) : known;
    },
  };
  return list;
}
