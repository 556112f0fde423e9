import { type KeyboardEvent, type ReactNode, useLayoutEffect, useRef } from "react";
import { useEngine } from "../../engine/useEngine";
import { t } from "../../i18n/t";
import { useReadable } from "../../lib/useReadable";
import type { PopupContent } from "../../map/mapPopup";
import { MAP_ID } from "../../ui/SkipLink";
import { DeviceChoice } from "./DeviceChoice";
import { PlaceMenu } from "./PlaceMenu";

/** The popup at a place of the map: which of several devices is meant, or what to do there. */
export function PopupCard() {
  const content = useReadable(useEngine().popup.state);
  if (content === null) return null;
  return (
    <PopupFrame key={`${content.x} ${content.y}`} content={content}>
      {content.kind === "devices" ? <DeviceChoice content={content} /> : <PlaceMenu content={content} />}
    </PopupFrame>
  );
}

/** Takes the focus, moves it by the arrow keys, and gives it back to the map. */
function PopupFrame({ content, children }: { readonly content: PopupContent; readonly children: ReactNode }) {
  const { popup } = useEngine();
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
    if (event.key === "Escape" || event.key === "Tab") popup.close();
    else if (step !== undefined) focusBy(step, frame.current);
    else return;
    event.preventDefault();
  }
  const shared = {
    ref: frame,
    className: "spot-card",
    "data-opens": content.y > window.innerHeight / 2 ? "up" : "down",
    tabIndex: -1,
    style: { left: `clamp(0.5rem, ${content.x}px, calc(100% - 15.5rem))`, top: content.y },
    onKeyDown: press,
  };
  const body = <div className="spot-body">{children}</div>;
  if (content.kind === "menu")
    return (
      <div role="menu" aria-label={t("Map menu")} {...shared}>
        {body}
      </div>
    );
  return (
    <div role="dialog" aria-label={t("{{count, number}} devices here", { count: content.devices.length })} {...shared}>
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
