const ROWS = ["a", "b", "c", "d", "e", "f", "g", "h"];

export function SkeletonRows() {
  return (
    <div className="skeleton-rows" aria-hidden="true">
      {ROWS.map((row) => (
        <div key={row} className="skeleton" />
      ))}
    </div>
  );
}
