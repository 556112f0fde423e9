import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { t } from "../words/t";

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
    setCopied(await write(text));
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

async function write(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without a secure context there is no clipboard: the text beside the button can be selected.
    return false;
  }
}
