import { Check, Copy } from "lucide-react";
import { t } from "../i18n/t";
import { IconButton } from "./IconButton";
import { useCopied } from "./useCopied";

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
