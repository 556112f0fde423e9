import { ChartColumn, Table2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { t } from "../words/t";

interface ChartCardProps {
  readonly title: string;
  readonly children: ReactNode;
  /** The same marks to be read instead. */
  readonly table: ReactNode;
  readonly controls?: ReactNode;
}

export function ChartCard({ title, children, table, controls }: ChartCardProps) {
  const [asTable, setAsTable] = useState(false);
  return (
    <section className="card" aria-label={title}>
      <header className="card-head">
        <h2>{title}</h2>
        <button
          type="button"
          className="icon-button"
          aria-pressed={asTable}
          aria-label={t("{{chart}}: view as table", { chart: title })}
          title={asTable ? t("View as chart") : t("View as table")}
          onClick={() => setAsTable(!asTable)}
        >
          {asTable ? <ChartColumn aria-hidden /> : <Table2 aria-hidden />}
        </button>
      </header>
      {controls}
      {asTable ? table : children}
    </section>
  );
}
