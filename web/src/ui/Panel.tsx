import type { ReactNode } from "react";
import { PanelBoundary } from "./PanelBoundary";

interface PanelProps {
  /** Names the region. */
  readonly title: string;
  readonly className?: string;
  readonly children: ReactNode;
}

/** A named region that fails alone. */
export function Panel({ title, className = "", children }: PanelProps) {
  return (
    <section className={`panel ${className}`} aria-label={title}>
      <PanelBoundary title={title}>{children}</PanelBoundary>
    </section>
  );
}
