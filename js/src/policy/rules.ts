// A policy's rules in words: pure functions, for whoever shows rules and what is known of each choice.

import type { Draft, DraftEdit, DraftRule, Model } from '../messages';
import { oneLine } from '../view/words';

/** The tag of the rule for everything else. */
export const DEFAULT = 'default';

/** Whether anything is chosen. */
export const chosen = (draft: Draft | null): boolean => !!draft?.rules.some(({ choices }) => choices.length);

/** The models chosen for a tag, in the order asked. */
export const chain = (draft: Draft | null, tag: string): string[] =>
  draft?.rules.find((rule) => rule.tag === tag)?.choices.map(({ model }) => model) ?? [];

/** What a tag is called in a sentence. */
export const tagWords = (tag: string): string => (tag === DEFAULT ? 'everything else' : oneLine(tag, 60));

/** What a model is called: by its short name where that tells it from the others. */
export function modelWords(id: string, models: readonly Pick<Model, 'id' | 'name'>[]): string {
  const name = models.find((model) => model.id === id)?.name ?? id;
  return oneLine(models.filter((model) => model.name === name).length > 1 ? id : name, 60);
}

/** "coding goes to large, else small". */
export function ruleWords({ tag, choices }: DraftRule, models: readonly Model[]): string {
  const who = choices.map(({ model }) => modelWords(model, models)).join(', else ');
  const what = tagWords(tag);
  return `${what.charAt(0).toUpperCase()}${what.slice(1)} ${who ? `goes to ${who}` : 'goes nowhere yet'}`;
}

/** What a change came to, for those who listen. */
export function changeWords(edit: DraftEdit, draft: Draft, models: readonly Model[]): string {
  if (!('tag' in edit)) return { undo: 'Undone', redo: 'Redone', rename: 'Renamed', judge: 'Quality chosen', put: 'Brought back' }[edit.verb];
  const rule = draft.rules.find(({ tag }) => tag === edit.tag);
  return rule ? ruleWords(rule, models) : `No rule for ${tagWords(edit.tag)} any more`;
}
