import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { t } from "../words/t";
import { copyText } from "./copyText";

interface CopyButtonProps {
  readonly text: string;
  readonly label: string;
}

export function CopyButton({ text, label }: CopyButtonProps) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  async function copy(): Promise<void> {
    setCopied(await copyText(text));
  }
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={copied ? t("Copied") : label}
      title={label}
      onClick={() => void copy()}
    >
      {copied ? <Check aria-hidden /> : <Copy aria-hidden />}
    </button>
  );
}
