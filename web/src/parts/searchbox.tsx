// The one box: words, or a picture that is dropped, pasted or chosen.

import { useEffect, useRef, useState } from "preact/hooks";
import { suggestionsFor, withSuggestion, type Suggestion } from "../querying";
import { Icon } from "./icons";
import { IconButton } from "./basics";
import { sayError } from "./say";

export const PICTURE_TYPES = ["image/jpeg", "image/png", "image/webp"];
export const PICTURE_BYTES = 5 * 1024 * 1024;

export interface BoxProps {
  text: string;
  picture: File | undefined;
  onSearch: (text: string, picture: File | undefined) => void;
}

export function SearchBox({ text, picture, onSearch }: BoxProps) {
  const [typed, setTyped] = useState(text);
  const [isOver, setOver] = useState(false);
  const [isTyping, setTyping] = useState(false);
  const [at, setAt] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const file = useRef<HTMLInputElement>(null);
  useEffect(() => setTyped(text), [text]);
  useEffect(() => {
    if (matchMedia("(pointer: fine)").matches) input.current?.focus();
  }, []);
  const take = (given: File | undefined) => {
    if (!given) return;
    const problem = problemOf(given);
    if (problem) sayError(new Error(problem));
    else onSearch(typed, given);
  };
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const given = [...(event.clipboardData?.files ?? [])].find((each) => each.type.startsWith("image/"));
      if (!given) return;
      event.preventDefault();
      take(given);
    };
    addEventListener("paste", paste);
    return () => removeEventListener("paste", paste);
  });
  const suggestions = isTyping ? suggestionsFor(typed) : [];
  const complete = (suggestion: Suggestion) => {
    setTyped(withSuggestion(typed, suggestion));
    setAt(-1);
    input.current?.focus();
  };
  const choose = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && suggestions.length) {
      event.preventDefault();
      setAt((at + step + suggestions.length) % suggestions.length);
    } else if ((event.key === "Enter" || event.key === "Tab") && suggestions[at]) {
      event.preventDefault();
      complete(suggestions[at]);
    } else if (event.key === "Escape" && suggestions.length) {
      event.preventDefault();
      setTyping(false);
    }
  };
  return (
    <form
      class={`search-box ${isOver ? "over" : ""}`}
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        setTyping(false);
        onSearch(typed.trim(), picture);
      }}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer?.files[0]);
      }}
    >
      <Icon name="search" size={20} />
      {picture && <PictureChip picture={picture} onRemove={() => onSearch(typed.trim(), undefined)} />}
      <label class="visually-hidden" for="query">
        What do you remember?
      </label>
      <input
        id="query"
        ref={input}
        type="search"
        placeholder={picture ? "and what else?" : "What do you remember? Words said, words on screen, what is seen"}
        autocomplete="off"
        spellcheck={false}
        enterkeyhint="search"
        value={typed}
        role="combobox"
        list={undefined}
        aria-expanded={suggestions.length > 0}
        aria-controls="suggestions"
        aria-autocomplete="list"
        aria-activedescendant={at >= 0 ? `suggestion-${at}` : undefined}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          setTyping(true);
          setAt(-1);
        }}
        onBlur={() => setTyping(false)}
        onKeyDown={choose}
      />
      <IconButton icon="image" label="Search by a picture" onClick={() => file.current?.click()} />
      <input
        ref={file}
        class="visually-hidden"
        type="file"
        accept={PICTURE_TYPES.join()}
        tabIndex={-1}
        aria-label="Picture to search by"
        onChange={(event) => {
          take(event.currentTarget.files?.[0]);
          event.currentTarget.value = "";
        }}
      />
      <button type="submit" class="button primary">
        Search
      </button>
      {suggestions.length > 0 && (
        <ul class="suggestions" role="listbox" id="suggestions" aria-label="Suggestions">
          {suggestions.map((each, place) => (
            <li
              key={each.insert}
              id={`suggestion-${place}`}
              role="option"
              aria-selected={place === at}
              onPointerDown={(event) => {
                event.preventDefault();
                complete(each);
              }}
            >
              <code>{each.insert}</code> <span class="faint">{each.about}</span>
            </li>
          ))}
        </ul>
      )}
    </form>
  );
}

function PictureChip({ picture, onRemove }: { picture: File; onRemove: () => void }) {
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(picture);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [picture]);
  return (
    <span class="picture-chip">
      {address && <img src={address} alt={`Looking for: ${picture.name || "a pasted picture"}`} />}
      <IconButton icon="close" label="Remove the picture" onClick={onRemove} />
    </span>
  );
}

function problemOf(given: File): string | null {
  if (!PICTURE_TYPES.includes(given.type)) return `“${given.name}” is not a JPEG, PNG or WebP picture.`;
  if (given.size > PICTURE_BYTES)
    return `The picture has ${(given.size / 2 ** 20).toFixed(1)} MiB; a search takes at most 5 MiB.`;
  return null;
}
