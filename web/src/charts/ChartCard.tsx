import { ChartColumn, Table2 } from "lucide-react";
import { memo, type ReactNode, useState } from "react";
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
        <TableButton chart={title} asTable={asTable} onChange={setAsTable} />
      </header>
      {controls}
      {asTable ? table : children}
      {below}
    </section>
  );
}

interface TableButtonProps {
  readonly chart: string;
  readonly asTable: boolean;
  readonly onChange: (asTable: boolean) => void;
}

/** Memoised: the card is rendered twice a second, and its sign takes as long as all else in it. */
const TableButton = memo(function TableButton({ chart, asTable, onChange }: TableButtonProps) {
  return (
    <IconButton
      name={t("{{chart}}: view as table", { chart })}
      title={asTable ? t("View as chart") : t("View as table")}
      icon={asTable ? ChartColumn : Table2}
      aria-pressed={asTable}
      onClick={() => onChange(!asTable)}
    />
  );
});
