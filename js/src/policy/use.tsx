// On an answer: use its model for the prompt's tag, or as a fallback. What is pressed is chosen; pressed again it is not.

import type { Answer, Model, Prompt, Run } from '../messages';
import type { Host } from '../view/host';
import { oneLine } from '../view/words';
import { choosingFor, edit, NO_KERNEL, useDraft } from './drafts';
import { chain, DEFAULT } from './rules';

interface UseProps {
  run: Run;
  prompt: Prompt;
  answer: Answer;
  model: Model;
  /** What it is called. */
  name: string;
  host: Host;
}

export function UseButtons({ run, prompt, answer, model, name, host }: UseProps) {
  const known = useDraft(run.id);
  if (run.blind || answer.phase !== 'done' || answer.repeat > 0) return null;
  const own = (prompt.tags ?? []).filter((one) => one !== DEFAULT);
  const tags = own.length ? own : [DEFAULT];
  const tag = tags.find((one) => one === known.tag) ?? tags[0] ?? DEFAULT;
  const place = chain(known.draft, tag).indexOf(model.id);
  const why = host.unavailable() === null ? null : NO_KERNEL;
  const words = tag === DEFAULT ? 'by default' : `for ${oneLine(tag, 30)}`;
  const button = (verb: 'use' | 'fallback', says: string, pressed: boolean, title: string) => (
    <button
      type="button"
      class="rbv-btn rbv-quiet"
      aria-pressed={pressed}
      aria-label={`${verb === 'use' ? 'Use' : says} ${words} (${name})`}
      disabled={why !== null}
      title={why ?? title}
      onClick={() => void edit(run.id, host, pressed ? { verb: 'remove', tag, model: model.id } : { verb, tag, model: model.id })}
    >
      {says}
    </button>
  );
  return (
    <div class="rbv-use" role="group" aria-label={`Policy: ${name}`}>
      {tags.length > 1 && (
        <select aria-label="Which tag" value={tag} onChange={(event) => { choosingFor(run.id, event.currentTarget.value); }}>
          {tags.map((one) => (
            <option value={one}>{oneLine(one, 40)}</option>
          ))}
        </select>
      )}
      {button('use', tags.length > 1 ? 'Use' : `Use ${words}`, place === 0, `Let ${name} answer ${words}`)}
      {button('fallback', 'as fallback', place > 0, `Let ${name} answer ${words} when the others fail`)}
    </div>
  );
}
