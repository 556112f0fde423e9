import { t } from "../i18n/t";

export function DerivedNote() {
  return <p className="muted">{t("Without a reported speed: computed from position to position.")}</p>;
}
