import { useMemo } from "react";
import { useSearch } from "../../components/use-search.ts";
import { addressOf, filterOf, NO_FILTER, type RequestFilter } from "./request-rows.ts";

export interface AddressFilter {
  filter: RequestFilter;
  /** Words that a row says of itself. */
  search: string;
  isFiltered: boolean;
  setFilter: (filter: RequestFilter) => void;
  setSearch: (search: string) => void;
  clear: () => void;
}

/** The filter stands in the address: what is seen can be sent to somebody, and is there again after a reload. */
export function useAddressFilter(): AddressFilter {
  const [address, go] = useSearch();
  const filter = useMemo(() => filterOf(address), [address]);
  const search = address.get("words") ?? "";
  return {
    filter,
    search,
    isFiltered: addressOf(filter, search).size > 0,
    setFilter: (next) => go(addressOf(next, search)),
    setSearch: (next) => go(addressOf(filter, next)),
    clear: () => go(addressOf(NO_FILTER, "")),
  };
}
