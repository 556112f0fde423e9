import { Check, Link } from "lucide-react";
import { useEffect, useState } from "react";
import { copyText } from "../panels/copyText";
import { t } from "../words/t";

/** The address of what is shown, with all that is selected and filtered. */
export function CopyLink() {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  const name = copied ? t("Copied") : t("Copy a link to this view");
  return (
    <button
      type="button"
      className="icon-button copy-link"
      aria-label={name}
      title={name}
      onClick={() => void copyText(window.location.href).then(setCopied)}
    >
      {copied ? <Check aria-hidden /> : <Link aria-hidden />}
    </button>
  );
}
