import { t } from "../i18n/t";

export function DerivedNote() {
  return <p className="muted">{t("Where no speed was reported: from one place to the next.")}</p>;
}
