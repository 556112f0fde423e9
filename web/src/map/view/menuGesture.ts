const LONG_PRESS = 500; // ms
const SLOP = 8; // pixels a finger may move meanwhile

/** Asks for the menu of a spot: by the other button of the mouse, a long press, or, with null, by the keyboard. */
export class MenuGesture {
  readonly #onMenu: (event: PointerEvent | MouseEvent | null) => void;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #pressed: PointerEvent | null = null;
  #requested = false;

  constructor(onMenu: (event: PointerEvent | MouseEvent | null) => void) {
    this.#onMenu = onMenu;
  }

  listen(element: HTMLElement): void {
    element.addEventListener("contextmenu", (event) => {
      event.preventDefault();
      if (event.button === 2) this.#onMenu(event);
    });
    element.addEventListener("keydown", (event) => {
      if (event.key !== "ContextMenu" && !(event.key === "F10" && event.shiftKey)) return;
      event.preventDefault();
      this.#onMenu(null);
    });
    element.addEventListener("pointerdown", this.#press);
    element.addEventListener("pointermove", this.#move);
    for (const end of ["pointerup", "pointercancel"] as const) element.addEventListener(end, () => this.stop());
  }

  /** Whether the click that comes now only ends a long press. */
  takeClick(): boolean {
    const requested = this.#requested;
    this.#requested = false;
    return requested;
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  readonly #press = (event: PointerEvent): void => {
    this.#requested = false;
    this.stop();
    if (event.pointerType !== "touch" || !event.isPrimary) return;
    this.#pressed = event;
    this.#timer = setTimeout(() => {
      this.#requested = true;
      this.#onMenu(event);
    }, LONG_PRESS);
  };

  readonly #move = (event: PointerEvent): void => {
    const from = this.#pressed;
    if (from && Math.hypot(event.clientX - from.clientX, event.clientY - from.clientY) > SLOP) this.stop();
  };
}
