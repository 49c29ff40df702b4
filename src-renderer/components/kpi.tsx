/** One number that people look for, with what belongs to it below. */
export function Kpi({
  name,
  number,
  note,
  ink,
}: {
  name: string;
  number: string;
  note: string;
  ink?: "warn" | "bad" | undefined;
}) {
  return (
    <div className="kpi">
      <dt>{name}</dt>
      <dd className="kpi-number">{number}</dd>
      <dd className="kpi-note cut" data-ink={ink}>
        {note}
      </dd>
    </div>
  );
}
