import { t } from "../i18n/t";
import { SkeletonRows } from "../ui/SkeletonRows";
import { Logo } from "./topbar/Logo";

/** The shape of the page before anything is known. */
export function ShellSkeleton() {
  return (
    <div className="shell shell-skeleton" aria-busy="true">
      <header className="top-bar">
        <h1 className="brand">
          <Logo />
          <span>Herenow</span>
        </h1>
      </header>
      <Side name="left" />
      <main className="stage">
        <p className="hidden" role="status">
          {t("Loading…")}
        </p>
      </main>
      <Side name="right" />
    </div>
  );
}

function Side({ name }: { readonly name: "left" | "right" }) {
  return (
    <aside className={`side side-${name}`} data-open="true" aria-hidden="true">
      <div className="side-body">
        <SkeletonRows />
      </div>
    </aside>
  );
}
