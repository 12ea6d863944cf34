import { marked } from "../searching";

/** A text as text, with the words that matched marked. */
export function Marked({ text, words }: { text: string; words: readonly string[] }) {
  return (
    <>
      {marked(text, words).map(([part, isMatch], place) => (isMatch ? <mark key={place}>{part}</mark> : part))}
    </>
  );
}
