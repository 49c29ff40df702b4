/** Cuts a server-sent event stream, which arrives in pieces of any size, into its events. Pure. */
export interface StreamEvent {
  event: string | null;
  data: string;
}

export interface EventStream {
  push: (text: string) => StreamEvent[];
  /** What stood behind the last blank line. */
  finish: () => StreamEvent[];
}

export function createEventStream(): EventStream {
  let rest = "";
  const cut = (isLast: boolean): StreamEvent[] => {
    const events: StreamEvent[] = [];
    for (;;) {
      const end = /\r\n\r\n|\n\n|\r\r/.exec(rest);
      if (!end) break;
      events.push(...read(rest.slice(0, end.index)));
      rest = rest.slice(end.index + end[0].length);
    }
    if (isLast) {
      events.push(...read(rest));
      rest = "";
    }
    return events;
  };
  return {
    push(text) {
      rest += text;
      return cut(false);
    },
    finish: () => cut(true),
  };
}

/** None for a comment. */
function read(block: string): StreamEvent[] {
  let event: string | null = null;
  const data: string[] = [];
  for (const line of block.split(/\r\n|\n|\r/)) {
    const [, field = "", value = ""] = /^(event|data): ?(.*)$/s.exec(line) ?? [];
    if (field === "event") event = value;
    else if (field === "data") data.push(value);
  }
  return data.length === 0 ? [] : [{ event, data: data.join("\n") }];
}
