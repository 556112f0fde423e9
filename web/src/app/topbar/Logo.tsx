/** A place, and the rings of its last report. */
export function Logo() {
  return (
    <svg className="logo" viewBox="0 0 24 24" aria-hidden="true">
      <circle className="logo-ring" cx="12" cy="12" r="10.5" />
      <circle className="logo-ring" cx="12" cy="12" r="6.5" />
      <path className="logo-arrow" d="M12 5.5 16.5 17.5 12 15 7.5 17.5Z" />
    </svg>
  );
}
