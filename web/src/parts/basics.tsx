// Small parts that every screen uses.

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Asked, Refusal } from "../api";
import { LANGUAGES, snippet } from "../snippets";
import { Icon, type IconName } from "./icons";
import { say, sayError } from "./say";

export function Refused({ refusal, again }: { refusal: Refusal; again?: (() => void) | undefined }) {
  return (
    <div class="notice bad" role="alert">
      <Icon name="warning" />
      <p>
        {refusal.message} <code class="faint">{refusal.code}</code>
      </p>
      {again && (
        <button type="button" class="button small" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}

export function Notice({ children, isBad = false }: { children: ComponentChildren; isBad?: boolean }) {
  return (
    <div class={`notice ${isBad ? "bad" : ""}`} role="status">
      <Icon name="warning" />
      <div>{children}</div>
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children}
    </div>
  );
}

export function IconButton(props: {
  icon: IconName;
  label: string;
  onClick: () => void;
  isPressed?: boolean;
  disabled?: boolean;
  class?: string;
}) {
  return (
    <button
      type="button"
      class={`icon-button ${props.class ?? ""}`}
      aria-label={props.label}
      title={props.label}
      aria-pressed={props.isPressed}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      <Icon name={props.icon} />
    </button>
  );
}

/** One of a few choices, all in sight. */
export function Choice<Value extends string>(props: {
  label: string;
  of: readonly (readonly [Value, string])[];
  value: Value;
  onChange: (value: Value) => void;
}) {
  return (
    <div class="choice" role="group" aria-label={props.label}>
      {props.of.map(([value, text]) => (
        <button
          key={value}
          type="button"
          aria-pressed={props.value === value}
          onClick={() => props.onChange(value)}
        >
          {text}
        </button>
      ))}
    </div>
  );
}

export async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say(`${what} copied.`);
  } catch {
    sayError(new Error(`${what} could not be copied: the browser does not allow it here.`));
  }
}

/** "Copy as curl, Python, JavaScript": the very request behind a panel, with its real ids. */
export function CopyAs({ asked }: { asked: Asked }) {
  const details = useRef<HTMLDetailsElement>(null);
  useClosing(details);
  return (
    <details class="menu" ref={details}>
      <summary class="button small quiet" title="Copy the request behind this">
        <Icon name="copy" size={15} /> Copy as
      </summary>
      <div class="menu-body">
        {LANGUAGES.map((language) => (
          <button
            key={language}
            type="button"
            onClick={() => {
              void copy(snippet(asked, language), `The request as ${language}`);
              details.current?.removeAttribute("open");
            }}
          >
            {language}
          </button>
        ))}
      </div>
    </details>
  );
}

/** A menu closes when somebody clicks elsewhere or presses Esc. */
export function useClosing(details: { current: HTMLDetailsElement | null }): void {
  useEffect(() => {
    const close = (event: Event) => {
      const open = details.current;
      if (!open?.open || (event instanceof MouseEvent && open.contains(event.target as Node))) return;
      if (event instanceof KeyboardEvent) {
        if (event.key !== "Escape") return;
        open.querySelector("summary")?.focus();
        event.preventDefault();
      }
      open.open = false;
    };
    document.addEventListener("click", close);
    document.addEventListener("keydown", close, true);
    return () => {
      document.removeEventListener("click", close);
      document.removeEventListener("keydown", close, true);
    };
  }, []);
}

export function Dialog(props: { title: string; onClose: () => void; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      aria-label={props.title}
      onClose={props.onClose}
      onClick={(event) => event.target === dialog.current && dialog.current?.close()}
    >
      <header>
        <h2>{props.title}</h2>
        <IconButton icon="close" label="Close" onClick={() => dialog.current?.close()} />
      </header>
      {props.children}
    </dialog>
  );
}

/** Asks before something is gone for good, and says what. */
export function Confirm(props: {
  title: string;
  verb: string;
  children: ComponentChildren;
  onYes: () => Promise<void>;
  onClose: () => void;
}) {
  const [isBusy, setBusy] = useState(false);
  const yes = async () => {
    setBusy(true);
    try {
      await props.onYes();
      props.onClose();
    } catch (error) {
      sayError(error);
      setBusy(false);
    }
  };
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      {props.children}
      <footer>
        <button type="button" class="button" onClick={props.onClose}>
          Keep
        </button>
        <button type="button" class="button danger" disabled={isBusy} onClick={yes}>
          {props.verb}
        </button>
      </footer>
    </Dialog>
  );
}

export function Meter({ share, label }: { share: number; label: string }) {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 100);
  return (
    <div class="meter" role="progressbar" aria-label={label} aria-valuenow={percent} aria-valuemin={0} aria-valuemax={100}>
      <span style={{ width: `${percent}%` }} />
    </div>
  );
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title ? `${title} · Kinodex` : "Kinodex";
  }, [title]);
}
