import { ChartColumn, Table2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { t } from "../i18n/t";
import { IconButton } from "../ui/IconButton";

interface ChartCardProps {
  readonly title: string;
  /** The newest number of it. */
  readonly figure?: string;
  readonly children: ReactNode;
  /** The same marks to be read instead. */
  readonly table: ReactNode;
  readonly controls?: ReactNode;
  readonly below?: ReactNode;
}

export function ChartCard({ title, figure, children, table, controls, below }: ChartCardProps) {
  const [asTable, setAsTable] = useState(false);
  return (
    <section className="card" aria-label={title}>
      <header className="card-head">
        <h2>{title}</h2>
        {figure !== undefined && <span className="figure number">{figure}</span>}
        <IconButton
          name={t("{{chart}}: view as table", { chart: title })}
          title={asTable ? t("View as chart") : t("View as table")}
          icon={asTable ? ChartColumn : Table2}
          aria-pressed={asTable}
          onClick={() => setAsTable(!asTable)}
        />
      </header>
      {controls}
      {asTable ? table : children}
      {below}
    </section>
  );
}
