import { type KeyboardEvent, type ReactNode, useLayoutEffect, useRef } from "react";
import { useEngine } from "../../engine/useEngine";
import { t } from "../../i18n/t";
import { useReadable } from "../../lib/useReadable";
import type { Spot } from "../../map/spots";
import { MAP_ID } from "../../ui/SkipLink";
import { HereList } from "./HereList";
import { SpotMenu } from "./SpotMenu";

/** What is asked about a spot of the map, beside it: which of several devices was meant, or what to do there. */
export function SpotCard() {
  const spot = useReadable(useEngine().spots.state);
  if (spot === null) return null;
  return (
    <SpotFrame key={`${spot.x} ${spot.y}`} spot={spot}>
      {spot.asks === "which" ? <HereList spot={spot} /> : <SpotMenu spot={spot} />}
    </SpotFrame>
  );
}

/** Takes the focus, moves it by the arrow keys, and gives it back to the map. */
function SpotFrame({ spot, children }: { readonly spot: Spot; readonly children: ReactNode }) {
  const { spots } = useEngine();
  const frame = useRef<HTMLDivElement>(null);
  // Before it is gone from the page, and the focus with it.
  useLayoutEffect(() => {
    const element = frame.current;
    buttonsIn(element)[0]?.focus({ preventScroll: true });
    return () => {
      if (element?.contains(document.activeElement)) document.getElementById(MAP_ID)?.focus({ preventScroll: true });
    };
  }, []);
  function press(event: KeyboardEvent): void {
    const step = STEPS[event.key];
    if (event.key === "Escape" || event.key === "Tab") spots.close();
    else if (step !== undefined) focusBy(step, frame.current);
    else return;
    event.preventDefault();
  }
  const shared = {
    ref: frame,
    className: "spot-card",
    "data-opens": spot.y > window.innerHeight / 2 ? "up" : "down",
    tabIndex: -1,
    style: { left: `clamp(0.5rem, ${spot.x}px, calc(100% - 15.5rem))`, top: spot.y },
    onKeyDown: press,
  };
  const body = <div className="spot-body">{children}</div>;
  if (spot.asks === "what")
    return (
      <div role="menu" aria-label={t("Map menu")} {...shared}>
        {body}
      </div>
    );
  return (
    <div role="dialog" aria-label={t("{{count, number}} devices here", { count: spot.devices.length })} {...shared}>
      {body}
    </div>
  );
}

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };

function focusBy(step: number, element: HTMLElement | null): void {
  const buttons = buttonsIn(element);
  const focused = document.activeElement;
  const at = focused instanceof HTMLElement ? buttons.indexOf(focused) : -1;
  buttons[(at + step + buttons.length) % buttons.length]?.focus();
}

function buttonsIn(element: HTMLElement | null): readonly HTMLElement[] {
  return [...(element?.querySelectorAll<HTMLElement>("button") ?? [])];
}
