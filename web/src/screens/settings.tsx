// Settings: who may call, which engines answer, what is degraded and how to mend it.

import { useState } from "preact/hooks";
import { ask, get } from "../api";
import { ago, moment_of } from "../format";
import { Choice, Confirm, CopyAs, Dialog, Empty, IconButton, Notice, Refused, useTitle } from "../parts/basics";
import { Icon } from "../parts/icons";
import { say, sayError } from "../parts/say";
import { forgetKey } from "../session";
import { chooseTheme, theme, type Theme } from "../theme";
import { useAnswer } from "../useAnswer";
import type { ApiKey, Capabilities } from "../wire";
import { Secret } from "./webhooks";

export function SettingsScreen() {
  useTitle("Settings");
  return (
    <>
      <h1>Settings</h1>
      <Session />
      <Engines />
      <Keys />
    </>
  );
}

function Session() {
  const [chosen, setChosen] = useState(theme());
  const choose = (value: Theme) => {
    chooseTheme(value);
    setChosen(value);
  };
  return (
    <section class="settings-part" aria-label="This browser">
      <h2>This browser</h2>
      <div class="setting">
        <span>Light or dark</span>
        <Choice
          label="Light or dark"
          of={[
            ["system", "As the system"],
            ["light", "Light"],
            ["dark", "Dark"],
          ]}
          value={chosen}
          onChange={choose}
        />
      </div>
      <div class="setting">
        <span>
          Signed in <span class="faint small">until this tab is closed</span>
        </span>
        <button type="button" class="button small" onClick={forgetKey}>
          Sign out
        </button>
      </div>
      <div class="setting">
        <span>
          The API <span class="faint small">documented by the server itself</span>
        </span>
        <a class="button small" href="/docs">
          Open /docs
        </a>
      </div>
    </section>
  );
}

const OPTION_NAMES: Record<string, string> = {
  visual: "Seen",
  conversation: "Said",
  text_in_video: "Written",
  logo: "Logos",
  picture: "By a picture",
};

function Engines() {
  const { answer, refusal, again } = useAnswer((signal) => get<Capabilities>("/v1.3/capabilities", {}, signal), [], () => 10_000);
  const readiness = useAnswer(ready, [], () => 10_000).answer;
  const missing = answer?.engines.filter((engine) => !engine.ready) ?? [];
  return (
    <section class="settings-part" aria-label="Engines">
      <div class="section-head">
        <h2>Engines</h2>
        {answer && <span class="faint">profile {answer.profile}</span>}
        <span class="spring" />
        <CopyAs asked={{ method: "GET", path: "/v1.3/capabilities" }} />
      </div>
      {refusal && <Refused refusal={refusal} again={again} />}
      {missing.map((engine) => (
        <Notice isBad key={engine.role}>
          <b>{engine.engine}</b> is not ready: {engine.reason}
        </Notice>
      ))}
      {answer?.degraded.map((text) => <Notice key={text}>{text}</Notice>)}
      {readiness?.reasons
        .filter((reason) => !missing.some((engine) => reason.startsWith(`${engine.role}:`)))
        .map((reason) => (
          <Notice isBad key={reason}>
            The server is not ready: {reason}
          </Notice>
        ))}
      {answer && !missing.length && !answer.degraded.length && readiness?.ready !== false && (
        <p class="fine">
          <Icon name="check" /> All engines are ready, nothing is degraded.
        </p>
      )}
      <div class="engines">
        {Object.entries(answer?.search_options ?? {}).map(([name, option]) => (
          <article key={name} class="engine">
            <h3>{OPTION_NAMES[name] ?? name}</h3>
            <p>{option.finds}</p>
            <p class="faint small">
              <code>{option.engine}</code>
              {option.languages ? ` · languages: ${option.languages.join(", ")}` : ""}
              {option.scripts ? ` · scripts: ${option.scripts.join(", ")}` : ""}
            </p>
            {option.calibration === "assumed" && (
              <p class="faint small">Its scores are assumed, not fitted: read them as an order.</p>
            )}
            {option.does_not_find && <p class="faint small">Not: {option.does_not_find.join(", ")}</p>}
          </article>
        ))}
      </div>
    </section>
  );
}

/** It answers with 503 and the reasons while something is missing. */
async function ready(signal: AbortSignal): Promise<{ ready: boolean; reasons: string[] }> {
  const answer = await fetch("/readyz", { signal });
  return (await answer.json()) as { ready: boolean; reasons: string[] };
}

const SCOPES = ["read", "write", "delete", "admin"];

function Keys() {
  const { answer, refusal, again } = useAnswer((signal) => get<{ data: ApiKey[] }>("/v1.3/keys", {}, signal), []);
  const [isAdding, setAdding] = useState(false);
  const [shown, setShown] = useState<string>();
  const [revoking, setRevoking] = useState<ApiKey>();
  const rotate = async (key: ApiKey) => {
    try {
      const made = await ask<{ key: string }>({ method: "POST", path: `/v1.3/keys/${key._id}/rotate`, json: {} });
      setShown(made.key);
      again();
    } catch (error) {
      sayError(error);
    }
  };
  const keys = answer?.data.filter(isAlive).reverse() ?? [];
  return (
    <section class="settings-part" aria-label="Keys">
      <div class="section-head">
        <h2>Keys</h2>
        <span class="spring" />
        <CopyAs asked={{ method: "GET", path: "/v1.3/keys" }} />
        <button type="button" class="button small" onClick={() => setAdding(true)} disabled={!answer}>
          <Icon name="plus" size={15} /> New key
        </button>
      </div>
      {refusal &&
        (refusal.code === "api_not_allowed" ? (
          <p class="faint">Keys are shown to a key with the scope admin.</p>
        ) : (
          <Refused refusal={refusal} again={again} />
        ))}
      {answer && !keys.length && <Empty title="No stored keys; the one in use is configured at the server" />}
      {keys.length > 0 && (
        <table class="table">
          <thead>
            <tr>
              <th>Name</th>
              <th>May</th>
              <th class="wide">Made</th>
              <th class="wide">Ends</th>
              <th>
                <span class="visually-hidden">Change</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {keys.map((key) => (
              <tr key={key._id}>
                <td>
                  <b>{key.name}</b>
                  <code class="faint block">{key._id}</code>
                </td>
                <td>
                  {key.scopes.join(", ")}
                  {key.index_ids && <span class="faint small block">in {key.index_ids.length} indexes only</span>}
                </td>
                <td class="wide">{ago(key.created_at)}</td>
                <td class="wide">{key.expires_at ? moment_of(key.expires_at) : "never"}</td>
                <td class="actions">
                  <IconButton icon="retry" label={`Rotate ${key.name}`} onClick={() => void rotate(key)} />
                  <IconButton icon="trash" label={`Revoke ${key.name}`} onClick={() => setRevoking(key)} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {isAdding && (
        <NewKey
          onClose={() => setAdding(false)}
          onMade={(text) => {
            setShown(text);
            again();
          }}
        />
      )}
      {shown && <Secret secret={shown} what="The key" onClose={() => setShown(undefined)} />}
      {revoking && (
        <Confirm
          title={`Revoke “${revoking.name}”?`}
          verb="Revoke"
          onClose={() => setRevoking(undefined)}
          onYes={async () => {
            await ask({ method: "DELETE", path: `/v1.3/keys/${revoking._id}` });
            say("The key is useless within seconds.");
            again();
          }}
        >
          <p>Whoever uses it is refused within seconds. This cannot be undone.</p>
        </Confirm>
      )}
    </section>
  );
}

function isAlive(key: ApiKey): boolean {
  return key.revoked_at === null && (key.expires_at === null || Date.parse(key.expires_at) > Date.now());
}

function NewKey({ onClose, onMade }: { onClose: () => void; onMade: (text: string) => void }) {
  const make = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const days = Number(form.get("days"));
    const json = {
      name: String(form.get("name")),
      scopes: form.getAll("scopes").map(String),
      ...(days > 0 ? { expires_at: new Date(Date.now() + days * 86_400_000).toISOString() } : {}),
    };
    try {
      onMade((await ask<{ key: string }>({ method: "POST", path: "/v1.3/keys", json })).key);
      onClose();
    } catch (error) {
      sayError(error);
    }
  };
  return (
    <Dialog title="New key" onClose={onClose}>
      <form class="stack" onSubmit={make}>
        <label>
          What it is for
          <input name="name" required autofocus />
        </label>
        <fieldset>
          <legend>It may</legend>
          {SCOPES.map((scope) => (
            <label class="tick-line" key={scope}>
              <input type="checkbox" name="scopes" value={scope} defaultChecked={scope !== "admin"} /> {scope}
            </label>
          ))}
        </fieldset>
        <label>
          Days until it ends (empty: never)
          <input name="days" type="number" min={1} />
        </label>
        <footer>
          <button type="submit" class="button primary">
            Make it
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
