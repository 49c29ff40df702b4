/** The one form of a list that comes in pages. */
import { z } from "zod";

/** Where a list goes on: an answer's `nextCursor`, as it was given. It is good for the same list with the same filters. */
const cursor = z.string().min(1).max(500);

/** For the query of a list that comes in pages. */
export const pageQuery = {
  cursor: cursor.optional(),
  /** How many at most. */
  limit: z.coerce.number().int().min(1).max(500).default(100),
};

export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({
    items: z.array(item),
    /** Null on the last page. */
    nextCursor: z.string().nullable(),
  });

export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}
