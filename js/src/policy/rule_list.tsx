// Rules as sentences, and under each what is known of its choices; with buttons where it can be changed.

import type { DraftEdit, DraftRule, Model } from '../messages';
import { oneLine } from '../view/words';
import { DEFAULT, modelWords, tagWords } from './rules';

/** What `Tools` change. */
export type ToolsEdit = Extract<DraftEdit, { verb: 'move' | 'remove' }>;

interface RuleListProps {
  rules: readonly DraftRule[];
  models: readonly Model[];
  /** Left out where nothing can be changed. */
  onEdit?: ((edit: DraftEdit) => void) | undefined;
}

export function RuleList({ rules, models, onEdit }: RuleListProps) {
  const tagged = rules.filter(({ tag }) => tag !== DEFAULT).length;
  return (
    <ol class="rbv-rules">
      {rules.map((rule, at) => (
        <li key={rule.tag}>
          <Sentence rule={rule} models={models} onEdit={onEdit} at={at} of={tagged} />
          <ul>
            {rule.choices.map(({ model, said }, place) => (
              <li key={model} class={colour(model, models)}>
                <i class="rbv-dot" />
                <span>
                  <span title={oneLine(model, 120)}>{modelWords(model, models)}</span>
                  <span class="rbv-soft">: {oneLine(said, 300)}</span>
                </span>
                {onEdit && rule.choices.length > 1 && (
                  <Tools
                    what={`${modelWords(model, models)} for ${tagWords(rule.tag)}`}
                    rule={rule.tag}
                    model={model}
                    at={place}
                    of={rule.choices.length}
                    onEdit={onEdit}
                  />
                )}
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ol>
  );
}

interface SentenceProps extends Pick<RuleListProps, 'models' | 'onEdit'> {
  rule: DraftRule;
  at: number;
  of: number;
}

function Sentence({ rule: { tag, choices }, models, onEdit, at, of }: SentenceProps) {
  const others = models.filter(({ id }) => !choices.some(({ model }) => model === id));
  const what = tagWords(tag);
  return (
    <div class="rbv-rule">
      <span>
        <strong>{what.charAt(0).toUpperCase() + what.slice(1)}</strong> goes to{' '}
        {choices.map(({ model }, place) => (
          <>
            {place > 0 && ', else '}
            <strong>{modelWords(model, models)}</strong>
          </>
        ))}
        {!choices.length && !onEdit && 'no model yet'}
        {onEdit && others.length > 0 && (
          <select
            class={choices.length ? 'rbv-more' : ''}
            aria-label={choices.length ? `Fallback for ${what}` : `Model for ${what}`}
            value=""
            data-do={`add ${tag}`}
            onChange={(event) => {
              const model = event.currentTarget.value;
              event.currentTarget.value = '';
              if (model) onEdit({ verb: 'fallback', tag, model });
            }}
          >
            <option value="">{choices.length ? '+ fallback' : 'choose a model'}</option>
            {others.map(({ id }) => (
              <option value={id}>{modelWords(id, models)}</option>
            ))}
          </select>
        )}
      </span>
      {onEdit && choices.length > 0 && (
        <Tools what={what} rule={tag} model={null} at={at} of={tag === DEFAULT ? 1 : of} onEdit={onEdit} />
      )}
    </div>
  );
}

interface ToolsProps {
  what: string;
  rule: string;
  model: string | null;
  at: number;
  of: number;
  onEdit: (edit: ToolsEdit) => void;
}

/** Up, down, away. Each is found again by `data-do` when what it moved is drawn anew. */
export function Tools({ what, rule: tag, model, at, of, onEdit }: ToolsProps) {
  const button = (sign: string, says: string, change: ToolsEdit, off = false) => (
    <button
      type="button"
      class="rbv-btn rbv-quiet"
      aria-label={`${says} ${what}`}
      title={says}
      disabled={off}
      data-do={JSON.stringify([says, tag, model])}
      onClick={() => { onEdit(change); }}
    >
      {sign}
    </button>
  );
  return (
    <span class="rbv-tools">
      {of > 1 && button('↑', 'Move up', { verb: 'move', tag, model, to: at - 1 }, at === 0)}
      {of > 1 && button('↓', 'Move down', { verb: 'move', tag, model, to: at + 1 }, at === of - 1)}
      {button('✕', 'Remove', { verb: 'remove', tag, model })}
    </span>
  );
}

function colour(id: string, models: readonly Model[]): string {
  const found = models.find((model) => model.id === id);
  return found ? `rbv-m${found.colour % 8}` : '';
}
