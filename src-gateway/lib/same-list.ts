/**
 * Passes over long lists in which mostly nothing changes: then the list itself comes back, and nothing was copied. Each item
 * is asked about once, in order.
 */

/** Each item as `change` gives it back. */
export function mapSame<Item>(list: Item[], change: (item: Item) => Item): Item[] {
  for (let at = 0; at < list.length; at++) {
    const item = list[at] as Item;
    const changed = change(item);
    if (changed === item) continue;
    const copy = list.slice(0, at);
    copy.push(changed);
    for (let next = at + 1; next < list.length; next++) copy.push(change(list[next] as Item));
    return copy;
  }
  return list;
}

/** Each item as `change` gives it back, or all of several, or none. Items are no lists themselves. */
export function expandSame<Item extends object>(list: Item[], change: (item: Item) => Item | Item[]): Item[] {
  for (let at = 0; at < list.length; at++) {
    const item = list[at] as Item;
    const changed = change(item);
    if (changed === item) continue;
    const copy = list.slice(0, at);
    add(copy, changed);
    for (let next = at + 1; next < list.length; next++) add(copy, change(list[next] as Item));
    return copy;
  }
  return list;
}

function add<Item extends object>(list: Item[], changed: Item | Item[]): void {
  if (Array.isArray(changed)) for (const each of changed) list.push(each);
  else list.push(changed);
}

/** Those that are to stay. */
export function filterSame<Item>(list: Item[], stays: (item: Item) => boolean): Item[] {
  for (let at = 0; at < list.length; at++)
    if (!stays(list[at] as Item)) return [...list.slice(0, at), ...list.slice(at + 1).filter(stays)];
  return list;
}
