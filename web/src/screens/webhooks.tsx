// Webhooks: who is told, what was sent, what came back, and to send it again.

import { useState } from "preact/hooks";
import { ask, get, type Asked } from "../api";
import { ago, moment_of } from "../format";
import { Confirm, copy, CopyAs, Dialog, Empty, IconButton, Notice, Refused, useTitle } from "../parts/basics";
import { Icon } from "../parts/icons";
import { say, sayError } from "../parts/say";
import { go, screenLink } from "../route";
import { useAnswer } from "../useAnswer";
import type { Capabilities, Delivery, Page, Webhook } from "../wire";
import { Pages } from "./library";

const PATH = "/v1.3/webhooks";

export function WebhooksScreen({ params }: { params: URLSearchParams }) {
  useTitle("Webhooks");
  const { answer, refusal, again } = useAnswer((signal) => get<{ data: Webhook[] }>(PATH, {}, signal), [], () => 5000);
  const [isAdding, setAdding] = useState(false);
  const [secret, setSecret] = useState<string>();
  const chosen = answer?.data.find((each) => each._id === params.get("webhook")) ?? answer?.data[0];
  return (
    <>
      <div class="section-head">
        <h1>Webhooks</h1>
        <span class="spring" />
        <CopyAs asked={{ method: "GET", path: PATH }} />
        <button type="button" class="button small" onClick={() => setAdding(true)}>
          <Icon name="plus" size={16} /> New webhook
        </button>
      </div>
      {refusal && <Refused refusal={refusal} again={again} />}
      {answer && !answer.data.length && (
        <Empty title="Nobody is told yet">
          <p class="faint">A webhook is an address that is told when a task is ready or has failed.</p>
        </Empty>
      )}
      {chosen && (
        <div class="library">
          <nav class="index-list" aria-label="Webhooks">
            {answer?.data.map((each) => (
              <a
                key={each._id}
                href={screenLink("webhooks", { webhook: each._id })}
                aria-current={each === chosen ? "true" : undefined}
              >
                <span>{each.url.replace(/^https?:\/\//, "")}</span>
                <span class={`small ${each.enabled ? "faint" : "bad-text"}`}>{each.enabled ? "On" : "Off"}</span>
              </a>
            ))}
          </nav>
          <WebhookShown key={chosen._id} webhook={chosen} onChange={again} onSecret={setSecret} />
        </div>
      )}
      {isAdding && (
        <NewWebhook
          onClose={() => setAdding(false)}
          onMade={(made) => {
            again();
            setSecret(made.secret);
            go(screenLink("webhooks", { webhook: made._id }));
          }}
        />
      )}
      {secret && <Secret secret={secret} onClose={() => setSecret(undefined)} />}
    </>
  );
}

function WebhookShown(props: { webhook: Webhook; onChange: () => void; onSecret: (secret: string) => void }) {
  const { webhook, onChange } = props;
  const [isDropping, setDropping] = useState(false);
  const path = `${PATH}/${webhook._id}`;
  const act = async (asked: Asked, told: string) => {
    try {
      const answer = await ask<Partial<Webhook> | undefined>(asked);
      if (answer?.secret) props.onSecret(answer.secret);
      say(told);
      onChange();
    } catch (error) {
      sayError(error);
    }
  };
  return (
    <section class="index-videos" aria-label={webhook.url}>
      <div class="section-head">
        <h2 class="breaking">{webhook.url}</h2>
      </div>
      <p class="faint small">
        {webhook.description ? `${webhook.description} · ` : ""}
        {webhook.events.join(", ")} · made {moment_of(webhook.created_at)} · <code>{webhook._id}</code>
      </p>
      {!webhook.enabled && <Notice isBad>It is off{webhook.disabled_reason ? `: ${webhook.disabled_reason}` : ""}.</Notice>}
      {webhook.failing_since && <Notice isBad>Its receiver has not taken events since {moment_of(webhook.failing_since)}.</Notice>}
      <div class="filters">
        <button
          type="button"
          class="button small"
          onClick={() => act({ method: "POST", path: `${path}/test` }, "A test event is on its way.")}
        >
          Send a test
        </button>
        <button
          type="button"
          class="button small"
          onClick={() =>
            act({ method: "PATCH", path, json: { enabled: !webhook.enabled } }, webhook.enabled ? "Switched off." : "Switched on.")
          }
        >
          {webhook.enabled ? "Switch off" : "Switch on"}
        </button>
        <button
          type="button"
          class="button small"
          onClick={() => act({ method: "POST", path: `${path}/rotate`, json: {} }, "There is a new secret; the old one signs too for a while.")}
        >
          <Icon name="key" size={15} /> New secret
        </button>
        <button type="button" class="button small quiet" onClick={() => setDropping(true)}>
          <Icon name="trash" size={15} /> Delete
        </button>
        <CopyAs asked={{ method: "GET", path: `${path}/deliveries` }} />
      </div>
      <Deliveries path={path} />
      {isDropping && (
        <Confirm
          title="Delete this webhook?"
          verb="Delete"
          onClose={() => setDropping(false)}
          onYes={async () => {
            await ask({ method: "DELETE", path });
            say(`${webhook.url} is told no more.`);
            onChange();
          }}
        >
          <p class="breaking">{webhook.url} is told of nothing any more, and the record of its deliveries goes.</p>
        </Confirm>
      )}
    </section>
  );
}

function Deliveries({ path }: { path: string }) {
  const [page, setPage] = useState(1);
  const [open, setOpen] = useState<string>();
  const { answer, refusal, again } = useAnswer(
    (signal) => get<Page<Delivery>>(`${path}/deliveries`, { page, page_limit: 15 }, signal),
    [path, page],
    () => 2500,
  );
  const redeliver = async (delivery: Delivery) => {
    try {
      await ask({ method: "POST", path: `${path}/deliveries/${delivery._id}/redeliver` });
      say("The event is sent again.");
      again();
    } catch (error) {
      sayError(error);
    }
  };
  if (refusal) return <Refused refusal={refusal} again={again} />;
  if (answer && !answer.data.length) return <Empty title="Nothing sent yet" />;
  return (
    <>
      <table class="table">
        <thead>
          <tr>
            <th>Event</th>
            <th>Outcome</th>
            <th class="number">Tries</th>
            <th class="wide">When</th>
            <th>
              <span class="visually-hidden">Send again</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {answer?.data.map((delivery) => (
            <tr key={delivery._id}>
              <td>
                <button type="button" class="link" onClick={() => setOpen(delivery._id)}>
                  {delivery.type}
                </button>
              </td>
              <td>
                <span class={`status ${delivery.status}`}>{delivery.status.replaceAll("_", " ")}</span>
                {delivery.last_http_status !== null && <span class="faint small"> {delivery.last_http_status}</span>}
                {delivery.last_error?.message && <span class="small bad-text block">{delivery.last_error.message}</span>}
              </td>
              <td class="number">{delivery.attempts}</td>
              <td class="wide">{ago(delivery.last_attempt_at ?? delivery.created_at)}</td>
              <td class="actions">
                <IconButton icon="retry" label={`Send ${delivery.type} again`} onClick={() => void redeliver(delivery)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Pages page={page} of={answer?.page_info.total_page ?? 1} onPage={setPage} />
      {open && <DeliveryShown path={`${path}/deliveries/${open}`} onClose={() => setOpen(undefined)} />}
    </>
  );
}

interface Logged extends Delivery {
  body: unknown;
  log: { at: string; duration_ms: number; http_status: number | null; error: { message: string } | null; answer: string | null }[];
}

function DeliveryShown({ path, onClose }: { path: string; onClose: () => void }) {
  const { answer, refusal } = useAnswer((signal) => get<Logged>(path, {}, signal), [path]);
  return (
    <Dialog title={answer?.type ?? "Delivery"} onClose={onClose}>
      {refusal && <Refused refusal={refusal} />}
      {answer?.log.map((attempt) => (
        <div class="attempt" key={attempt.at}>
          <p>
            {moment_of(attempt.at)} · {attempt.duration_ms} ms · {attempt.http_status ?? attempt.error?.message ?? "no answer"}
          </p>
          {attempt.answer && <pre>{attempt.answer}</pre>}
        </div>
      ))}
      {answer && !answer.log.length && <p class="faint">Not tried yet.</p>}
      {answer && <pre tabIndex={0}>{JSON.stringify(answer.body, null, 2)}</pre>}
      <footer>
        <CopyAs asked={{ method: "GET", path }} />
      </footer>
    </Dialog>
  );
}

function NewWebhook({ onClose, onMade }: { onClose: () => void; onMade: (made: Webhook) => void }) {
  const capabilities = useAnswer((signal) => get<Capabilities & { webhooks: { events: string[] } }>("/v1.3/capabilities", {}, signal), []);
  const make = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const events = form.getAll("events").map(String);
    const json = { url: String(form.get("url")).trim(), description: String(form.get("description")), ...(events.length ? { events } : {}) };
    try {
      onMade(await ask<Webhook>({ method: "POST", path: PATH, json }));
      onClose();
    } catch (error) {
      sayError(error);
    }
  };
  return (
    <Dialog title="New webhook" onClose={onClose}>
      <form class="stack" onSubmit={make}>
        <label>
          Address
          <input name="url" type="url" placeholder="https://" required autofocus />
        </label>
        <label>
          What it is for
          <input name="description" />
        </label>
        <fieldset>
          <legend>Told of (all, unless some are chosen)</legend>
          {capabilities.answer?.webhooks.events.map((each) => (
            <label class="tick-line" key={each}>
              <input type="checkbox" name="events" value={each} /> <code>{each}</code>
            </label>
          ))}
        </fieldset>
        <footer>
          <button type="submit" class="button primary">
            Make it
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

/** Shown once: whoever closes this without the secret has to make a new one. */
export function Secret({ secret, what = "The secret", onClose }: { secret: string; what?: string; onClose: () => void }) {
  return (
    <Dialog title={what} onClose={onClose}>
      <p>It is shown now and never again.</p>
      <pre class="secret" tabIndex={0}>
        {secret}
      </pre>
      <footer>
        <button type="button" class="button primary" onClick={() => void copy(secret, what)}>
          <Icon name="copy" size={16} /> Copy
        </button>
      </footer>
    </Dialog>
  );
}
