// On an answer: use its model for the prompt's tag, or as a fallback. What is pressed is chosen; pressed again it is not.

import type { Model, Prompt, Run } from '../messages';
import type { Host } from '../view/host';
import { oneLine } from '../view/words';
import { edit, NO_KERNEL, useDraft } from './drafts';
import { chain, DEFAULT } from './rules';

/** What the models can be used for by looking at this prompt. */
export function tagsOf({ tags = [] }: Prompt): string[] {
  const own = tags.filter((tag) => tag !== DEFAULT);
  return own.length ? own : [DEFAULT];
}

export interface UseProps {
  run: Run;
  prompt: Prompt;
  model: Model;
  /** What it is called. */
  name: string;
  host: Host;
  /** Which of the prompt's tags. */
  tag: string;
  onTag: (tag: string) => void;
}

export function UseButtons({ run, prompt, model, name, host, tag, onTag }: UseProps) {
  const { draft } = useDraft(run.id);
  const chosen = chain(draft, tag);
  const place = chosen.indexOf(model.id);
  const why = host.unavailable() === null ? null : NO_KERNEL;
  const tags = tagsOf(prompt);
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
        <select aria-label="Which tag" value={tag} onChange={(event) => { onTag(event.currentTarget.value); }}>
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
