import { Component, type ReactNode } from "react";
import { t } from "../i18n/t";

interface PanelBoundaryProps {
  readonly title: string;
  readonly children: ReactNode;
}

interface PanelBoundaryState {
  readonly error: Error | null;
}

/** Keeps the rest of the page when a panel throws. */
export class PanelBoundary extends Component<PanelBoundaryProps, PanelBoundaryState> {
  override state: PanelBoundaryState = { error: null };

  static getDerivedStateFromError(error: unknown): PanelBoundaryState {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <div className="card notice-card" role="alert">
        <h2>{t("{{panel}} cannot be shown", { panel: this.props.title })}</h2>
        <p className="muted">{error.message}</p>
        <button type="button" className="button" onClick={() => this.setState({ error: null })}>
          {t("Reload panel")}
        </button>
      </div>
    );
  }
}
