import { Check, Link } from "lucide-react";
import { t } from "../../i18n/t";
import { IconButton } from "../../ui/IconButton";
import { useCopied } from "../../ui/useCopied";

/** The address of what is shown, with all that is selected and filtered. */
export function CopyLink() {
  const [copied, copy] = useCopied();
  return (
    <IconButton
      className="copy-link"
      name={copied ? t("Copied") : t("Copy a link to this view")}
      icon={copied ? Check : Link}
      onClick={() => copy(window.location.href)}
    />
  );
}
