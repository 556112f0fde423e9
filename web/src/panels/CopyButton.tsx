import { Check, Copy } from "lucide-react";
import { useCopied } from "../hooks/useCopied";
import { IconButton } from "../shell/IconButton";
import { t } from "../words/t";

interface CopyButtonProps {
  readonly text: string;
  readonly label: string;
}

export function CopyButton({ text, label }: CopyButtonProps) {
  const [copied, copy] = useCopied();
  return (
    <IconButton
      name={copied ? t("Copied") : label}
      title={label}
      icon={copied ? Check : Copy}
      onClick={() => copy(text)}
    />
  );
}
