import { SkeletonRows } from "../panels/SkeletonRows";
import { Logo } from "./Logo";

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
      <aside className="side side-left" data-open="true" aria-hidden="true">
        <div className="side-body">
          <SkeletonRows />
        </div>
      </aside>
      <main className="stage">
        <p className="hidden" role="status">
          Loading
        </p>
      </main>
      <aside className="side side-right" data-open="true" aria-hidden="true">
        <div className="side-body">
          <SkeletonRows />
        </div>
      </aside>
    </div>
  );
}
