import { Check, Copy } from "lucide-react";
import { useCopied } from "../hooks/useCopied";
import { t } from "../words/t";

interface CopyButtonProps {
  readonly text: string;
  readonly label: string;
}

export function CopyButton({ text, label }: CopyButtonProps) {
  const [copied, copy] = useCopied();
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={copied ? t("Copied") : label}
      title={label}
      onClick={() => copy(text)}
    >
      {copied ? <Check aria-hidden /> : <Copy aria-hidden />}
    </button>
  );
}
