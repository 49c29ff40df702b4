import type { RefObject } from "react";
import { useRef } from "react";

/** Text that is edited, with the numbers of its lines beside it. */
export function NumberedText({
  label,
  field,
  value,
  wrong,
  onChange,
}: {
  label: string;
  field: RefObject<HTMLTextAreaElement | null>;
  value: string;
  /** Lines with a mistake. */
  wrong: number[];
  onChange: (value: string) => void;
}) {
  const numbers = useRef<HTMLDivElement>(null);
  const count = value.split("\n").length;
  return (
    <div className="numbered">
      <div className="numbered-lines" ref={numbers} aria-hidden="true">
        {Array.from({ length: count }, (_, place) => (
          <div key={place} data-ink={wrong.includes(place + 1) ? "bad" : undefined}>
            {place + 1}
          </div>
        ))}
      </div>
      <textarea
        ref={field}
        aria-label={label}
        aria-invalid={wrong.length > 0}
        value={value}
        wrap="off"
        spellCheck={false}
        autoCapitalize="off"
        onChange={(event) => onChange(event.currentTarget.value)}
        onScroll={(event) => {
          if (numbers.current) numbers.current.scrollTop = event.currentTarget.scrollTop;
        }}
      />
    </div>
  );
}
