import { Check, Link } from "lucide-react";
import { useCopied } from "../hooks/useCopied";
import { t } from "../words/t";

/** The address of what is shown, with all that is selected and filtered. */
export function CopyLink() {
  const [copied, copy] = useCopied();
  const name = copied ? t("Copied") : t("Copy a link to this view");
  return (
    <button
      type="button"
      className="icon-button copy-link"
      aria-label={name}
      title={name}
      onClick={() => copy(window.location.href)}
    >
      {copied ? <Check aria-hidden /> : <Link aria-hidden />}
    </button>
  );
}
