// What exactly was asked for one answer, and what the host said about it besides its text.

import { useEffect, useRef, useState } from 'preact/hooks';
import type { Answer, ExactRequest, Model, Prompt, Run } from '../messages';
import { Copy } from './copy_button';
import type { Host } from './host';
import { amount, oneLine, visible } from './words';

interface RequestProps {
  answer: Answer;
  prompt: Prompt;
  model: Model;
  run: Run;
  host: Host;
  onClose: () => void;
}

export function RequestPanel({ answer, prompt, model, run, host, onClose }: RequestProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [exact, setExact] = useState<ExactRequest | null>(null);
  const [why, setWhy] = useState('');
  useEffect(() => { dialog.current?.showModal(); }, []);
  useEffect(() => {
    let gone = false;
    host.ask({ kind: 'request', run: run.id, answer: answer.id }).then(
      (reply) => {
        if (gone) return;
        if (!reply.ok) setWhy(reply.error);
        else if (reply.answer === 'request') setExact(reply.request);
      },
      (error: unknown) => {
        if (!gone) setWhy(error instanceof Error ? error.message : String(error));
      },
    );
    return () => { gone = true; };
  }, [host, run.id, answer.id]);

  const body = exact ? exact.body : known(prompt, model, run);
  const json = JSON.stringify(body, null, 2);
  const facts: [string, string | number | null | undefined][] = [
    ['request id', answer.request_id],
    // Left out where it is the model that was asked, or the host did not say.
    ...(answer.served_model ? [['served by', answer.served_model] as [string, string]] : []),
    ['asked', answer.started_at],
    ['ended', answer.finish],
    ['tries', answer.tries ?? 1],
    ['tokens in', answer.input_tokens],
    ['tokens out', answer.output_tokens],
    ['price', answer.price],
  ];
  return (
    <dialog ref={dialog} class="rbv-dialog" aria-label={`Request to ${model.id}`} onClose={onClose}>
      <header>
        <strong>{oneLine(model.id, 120)}</strong>
        <button type="button" class="rbv-btn" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </header>
      <dl>
        {facts.map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>{value === null || value === undefined ? 'unknown' : typeof value === 'number' ? amount(value) : oneLine(value, 300)}</dd>
          </div>
        ))}
      </dl>
      <header>
        <span>
          {exact ? `What was sent, ${exact.protocol}` : why ? 'What is known of the request' : 'Asking the kernel …'}
        </span>
        <Copy text={() => json} title="Copy the request" />
      </header>
      {why && <p class="rbv-soft">The exact request is not here: {oneLine(why, 400)}</p>}
      <pre tabIndex={0}>{visible(json)}</pre>
    </dialog>
  );
}

/** What the saved comparison knows, in no host's words. */
function known(prompt: Prompt, model: Model, run: Run): unknown {
  const { system, earlier = [], text, images } = prompt;
  return { model: model.id, system, messages: [...earlier, { role: 'user', text }], images, settings: run.settings };
}
