import { Command, Search, X } from "lucide-react";
import { type KeyboardEvent, type RefObject, useRef } from "react";
import { fetchDevices } from "../../api/devices";
import { useDeviceFilter } from "../../devices/useDeviceFilter";
import { useEngine } from "../../engine/useEngine";
import { deviceQuery } from "../../fleet/deviceQuery";
import { t } from "../../i18n/t";
import { useShortcuts } from "../../keyboard/useShortcuts";
import { IconButton } from "../../ui/IconButton";

interface SearchBoxProps {
  /** Called when someone begins to search, so that the list can be brought into view. */
  onBegin(): void;
  onPalette(): void;
}

export function SearchBox({ onBegin, onPalette }: SearchBoxProps) {
  const { filter, setFilter } = useDeviceFilter();
  const input = useRef<HTMLInputElement>(null);
  const set = (search: string): void => setFilter({ ...filter, search });
  useShortcuts({ "/": () => input.current?.focus() });
  const chooseFirst = useFirstMatch(input);

  function press(event: KeyboardEvent<HTMLInputElement>): void {
    if (event.key === "Enter") void chooseFirst();
    if (event.key !== "Escape") return;
    event.preventDefault();
    if (filter.search === "") input.current?.blur();
    else set("");
  }
  return (
    <search className="search">
      <Search aria-hidden />
      <input
        ref={input}
        type="text"
        inputMode="search"
        placeholder={t("Search devices")}
        aria-label={t("Search devices by name or id")}
        aria-keyshortcuts="/"
        autoComplete="off"
        spellCheck={false}
        value={filter.search}
        onFocus={onBegin}
        onChange={(event) => set(event.target.value)}
        onKeyDown={press}
      />
      {filter.search === "" ? (
        <PaletteButton onPalette={onPalette} />
      ) : (
        <IconButton name={t("Clear the search")} icon={X} onClick={() => set("")} />
      )}
    </search>
  );
}

function PaletteButton({ onPalette }: Pick<SearchBoxProps, "onPalette">) {
  return (
    <>
      <kbd>/</kbd>
      <IconButton
        className="palette-button"
        name={t("Commands and devices")}
        icon={Command}
        aria-keyshortcuts="Control+K Meta+K"
        title={`${t("Commands and devices")} (Ctrl+K)`}
        onClick={onPalette}
      />
    </>
  );
}

/** Selects the first match of the typed text. The list shows that nothing matches, or an error. */
function useFirstMatch(input: RefObject<HTMLInputElement | null>): () => Promise<void> {
  const engine = useEngine();
  const { filter, order } = useDeviceFilter();
  return async () => {
    if (filter.search.trim() === "") return;
    const query = deviceQuery(filter, order, engine.view.get());
    const page = await fetchDevices({ ...query, limit: 1 }).catch(() => null);
    const first = page?.devices[0];
    if (first === undefined || input.current?.value !== filter.search) return;
    input.current.blur();
    engine.reveal(first.device_id);
  };
}
