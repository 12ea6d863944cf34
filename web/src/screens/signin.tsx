// The first visit: the key of the server, kept for this tab only.

import { useState } from "preact/hooks";
import { Refusal, refusalOf } from "../api";
import { Refused, useTitle } from "../parts/basics";
import { Mark } from "../parts/mark";
import { keepKey } from "../session";

export function SignIn() {
  useTitle("Sign in");
  const [refusal, setRefusal] = useState<Refusal>();
  const [isBusy, setBusy] = useState(false);
  const signIn = async (event: SubmitEvent) => {
    event.preventDefault();
    const text = String(new FormData(event.target as HTMLFormElement).get("key") ?? "").trim();
    if (!text) return;
    setBusy(true);
    try {
      const answer = await fetch("/v1.3/indexes?page_limit=1", { headers: { "x-api-key": text } });
      if (!answer.ok) throw await refusalOf(answer);
      keepKey(text);
    } catch (error) {
      const isOurs = error instanceof Refusal;
      setRefusal(isOurs ? error : new Refusal(0, "no_answer", "The server does not answer."));
    }
    setBusy(false);
  };
  return (
    <main class="sign-in">
      <form onSubmit={signIn}>
        <Mark size={44} />
        <h1>Kinodex</h1>
        <p class="faint">Find the exact moment by what is seen, said, or written on screen.</p>
        <label>
          API key
          <input name="key" type="password" autocomplete="current-password" spellcheck={false} autofocus required />
        </label>
        <button type="submit" class="button primary" disabled={isBusy}>
          Sign in
        </button>
        {refusal && <Refused refusal={refusal} />}
        <p class="faint small">
          The server says at its start where its key is. <code>kinodex sign-in</code> prints a link that signs you in
          without one. The key is kept until this tab is closed.
        </p>
      </form>
    </main>
  );
}
