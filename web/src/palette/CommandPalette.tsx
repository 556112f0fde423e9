import { type KeyboardEvent, useId, useState } from "react";
import { t } from "../i18n/t";
import { Dialog } from "../ui/Dialog";
import { nextRow } from "../ui/listNavigation";
import { type PaletteCommand, type PaletteGroup, usePaletteCommands } from "./usePaletteCommands";

const PAGE = 8; // options

interface CommandPaletteProps {
  readonly open: boolean;
  onClose(): void;
}

/** All that can be done by a key, and all devices, by typing. */
export function CommandPalette({ open, onClose }: CommandPaletteProps) {
  return (
    <Dialog title={t("Commands and devices")} open={open} onClose={onClose}>
      <PaletteBody onClose={onClose} />
    </Dialog>
  );
}

function PaletteBody({ onClose }: { onClose(): void }) {
  const [typed, setTyped] = useState("");
  const [row, setRow] = useState(0);
  const groups = usePaletteCommands(typed);
  const options = groups.flatMap((group) => group.options);
  const marked = options[Math.min(row, options.length - 1)];
  const listId = useId();

  function type(text: string): void {
    setTyped(text);
    setRow(0);
  }
  function choose(option: PaletteCommand): void {
    onClose();
    // Once the dialog is gone: what is chosen may open another, or move the focus.
    setTimeout(() => option.choose());
  }
  function press(event: KeyboardEvent): void {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter" && marked) choose(marked);
    else if (!event.key.startsWith("Arrow") && !event.key.startsWith("Page")) return;
    setRow(nextRow(event.key, options.indexOf(marked ?? NONE), options.length, PAGE) ?? 0);
    event.preventDefault();
  }
  return (
    <div className="palette">
      <PaletteInput typed={typed} onType={type} onPress={press} listId={listId} marked={marked} />
      <div id={listId} role="listbox" aria-label={t("Commands and devices")} className="palette-list">
        {groups.map((group) => (
          <Group key={group.title} group={group} listId={listId} marked={marked} onChoose={choose} />
        ))}
      </div>
      <p className={options.length === 0 ? "muted" : "hidden"} role="status">
        {options.length === 0 ? t("Nothing found.") : t("{{count, number}} found", { count: options.length })}
      </p>
    </div>
  );
}

interface PaletteInputProps {
  readonly typed: string;
  readonly listId: string;
  readonly marked: PaletteCommand | undefined;
  onType(text: string): void;
  onPress(event: KeyboardEvent): void;
}

function PaletteInput({ typed, listId, marked, onType, onPress }: PaletteInputProps) {
  return (
    <input
      type="text"
      role="combobox"
      aria-label={t("Command or device")}
      aria-expanded="true"
      aria-controls={listId}
      aria-autocomplete="list"
      aria-activedescendant={marked && `${listId}-${marked.id}`}
      autoComplete="off"
      spellCheck={false}
      ref={takeFocus}
      value={typed}
      onChange={(event) => onType(event.target.value)}
      onKeyDown={onPress}
    />
  );
}

const NONE: PaletteCommand = { id: "", text: "", note: "", choose: () => {} };

interface GroupProps {
  readonly group: PaletteGroup;
  readonly listId: string;
  readonly marked: PaletteCommand | undefined;
  onChoose(option: PaletteCommand): void;
}

function Group({ group, listId, marked, onChoose }: GroupProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset has no place in a listbox
    <div role="group" aria-label={group.title}>
      <p className="palette-title muted" aria-hidden="true">
        {group.title}
      </p>
      {group.options.map((option) => (
        // The input has the focus and its keys; an option only adds the pointer.
        // biome-ignore lint/a11y/useKeyWithClickEvents: see above
        <div
          key={option.id}
          ref={option === marked ? reveal : null}
          id={`${listId}-${option.id}`}
          role="option"
          tabIndex={-1}
          aria-selected={option === marked}
          className="palette-option"
          onClick={() => onChoose(option)}
        >
          <span>{option.text}</span>
          {option.note !== "" && <kbd>{option.note}</kbd>}
        </div>
      ))}
    </div>
  );
}

function reveal(element: HTMLElement | null): void {
  element?.scrollIntoView({ block: "nearest" });
}

/** React leaves the attribute out, by which a dialog gives the focus away when it opens. */
function takeFocus(input: HTMLElement | null): void {
  input?.setAttribute("autofocus", "");
}
