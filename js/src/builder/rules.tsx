// The rules of a policy as sentences, each with what the held-out prompts say of it; with controls where they can be changed.

import { Tools } from '../policy/rule_list';
import { DEFAULT } from '../policy/rules';
import { amount, figure, oneLine, signed, usd } from '../view/words';
import { Figure, nameOf } from './figures';
import type { Edit, Model, Rule } from './messages';

interface RulesProps {
  rules: readonly Rule[];
  models: readonly Model[];
  /** Left out where nothing can be changed. */
  onEdit?: ((edit: Edit) => void) | undefined;
}

export function Rules({ rules, models, onEdit }: RulesProps) {
  return (
    <table class="rbp-rules" aria-label="Rules, in their order: the first that fits a prompt counts">
      <thead>
        <tr>
          <th scope="col">Rule</th>
          <th scope="col" title="Prompts that a rule was learned on, and those it was measured on">Learned / held out</th>
          <th scope="col">Quality</th>
          <th scope="col" title="Its quality less that of the best single model on the same prompts">Against best</th>
          <th scope="col" title="US dollars for 1,000 prompts">Per 1,000</th>
          {onEdit && rules.length > 1 && <td />}
        </tr>
      </thead>
      <tbody>
        {rules.map((rule, at) => (
          <tr key={rule.tag} class={colourOf(rule.models[0], models)}>
            <th scope="row">
              <Sentence rule={rule} models={models} onEdit={onEdit} only={rules.length === 1} />
            </th>
            <td data-what="learned / held out">
              {learnedWords(rule)} / {amount(rule.held_out)}
            </td>
            <td data-what="quality"><Figure of={rule.quality} write={figure} /></td>
            <td data-what="against best single"><Figure of={rule.gain} write={signed} sign /></td>
            <td data-what="per 1,000 prompts"><Figure of={rule.usd_per_1k_prompts} write={usd} /></td>
            {onEdit && rules.length > 1 && (
              <td>
                {rule.tag !== DEFAULT && (
                  <Tools
                    what={whenWords(rule, false)}
                    rule={rule.tag}
                    model={null}
                    at={at}
                    of={rules.length - 1}
                    onEdit={(edit) => {
                      onEdit(edit.verb === 'move' ? { verb: 'move', tag: edit.tag, to: edit.to } : edit);
                    }}
                  />
                )}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface SentenceProps extends Pick<RulesProps, 'models' | 'onEdit'> {
  rule: Rule;
  /** Whether there is no other rule. */
  only: boolean;
}

/** "If its tag is coding: large, else small". */
function Sentence({ rule, models, onEdit, only }: SentenceProps) {
  const [first = '', ...fallbacks] = rule.models;
  const what = whenWords(rule, only);
  const name = (id: string): string => {
    const model = models.find((one) => one.id === id);
    return model ? nameOf(model, models) : oneLine(id, 60);
  };
  const others = models.filter(({ id }) => !rule.models.includes(id));
  return (
    <>
      <span class="rbp-when">{what}</span>
      <span class="rbp-who">
        <i class="rbv-dot" />
        {onEdit ? (
          <select
            aria-label={`Model: ${what}`}
            value={first}
            data-do={`use ${rule.tag}`}
            onChange={(event) => { onEdit({ verb: 'use', tag: rule.tag, model: event.currentTarget.value }); }}
          >
            {models.map(({ id }) => (
              <option value={id}>{name(id)}</option>
            ))}
          </select>
        ) : (
          <strong>{name(first)}</strong>
        )}
        {fallbacks.map((id) => (
          <span key={id} class="rbv-soft">
            else {name(id)}
            {onEdit && (
              <button
                type="button"
                class="rbv-btn rbv-quiet"
                aria-label={`Remove the fallback ${name(id)}: ${what}`}
                title="Remove the fallback"
                data-do={`drop ${rule.tag} ${id}`}
                onClick={() => { onEdit({ verb: 'remove', tag: rule.tag, model: id }); }}
              >
                ✕
              </button>
            )}
          </span>
        ))}
        {onEdit && others.length > 0 && (
          <select
            class="rbp-more"
            aria-label={`Fallback: ${what}`}
            value=""
            data-do={`fallback ${rule.tag}`}
            onChange={(event) => {
              const model = event.currentTarget.value;
              event.currentTarget.value = '';
              if (model) onEdit({ verb: 'fallback', tag: rule.tag, model });
            }}
          >
            <option value="">+ fallback</option>
            {others.map(({ id }) => (
              <option value={id}>{name(id)}</option>
            ))}
          </select>
        )}
      </span>
    </>
  );
}

const learnedWords = ({ by_hand: byHand, learned_on: prompts }: Rule): string =>
  byHand ? 'by hand' : prompts === null ? '–' : amount(prompts);

/** When a rule counts, in words. */
function whenWords({ when }: Rule, only: boolean): string {
  if (when !== null) return `If ${oneLine(when, 300)}`;
  return only ? 'Everything' : 'Everything else';
}

function colourOf(id: string | undefined, models: readonly Model[]): string {
  const found = models.find((model) => model.id === id);
  return found ? `rbv-m${found.colour % 8}` : '';
}
