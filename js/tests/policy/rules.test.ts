// Rules in words.

import { describe, expect, it } from 'vitest';
import type { Draft } from '../../src/messages';
import { chain, changeWords, chosen, modelWords, ruleWords } from '../../src/policy/rules';
import { model } from '../view/comparisons';

const choices = (...ids: string[]) => ids.map((id) => ({ model: id, said: '' }));
const draft: Draft = {
  history: 'a', name: 'policy', by: null, judges: [], undo: true, redo: false, file: null,
  rules: [{ tag: 'coding', choices: choices('host/model-1', 'host/model-0') }, { tag: 'default', choices: [] }],
};
const models = [model(0), model(1)];

describe('a rule in words', () => {
  it('says who is asked and who stands in, by their short names', () => {
    expect(draft.rules.map((rule) => ruleWords(rule, models))).toEqual([
      'Coding goes to model-1, else model-0',
      'Everything else goes nowhere yet',
    ]);
  });

  it('says where a model is where its name is not enough', () => {
    const both = [model(0), model(1, { name: 'model-0', id: 'other/model-0' })];
    expect([modelWords('host/model-0', both), modelWords('gone/model', both)]).toEqual(['host/model-0', 'gone/model']);
  });
});

describe('a draft', () => {
  it('has a chain for each tag, empty where nothing is chosen', () => {
    expect([chain(draft, 'coding').length, chain(draft, 'maths').length, chain(null, 'coding').length]).toEqual([2, 0, 0]);
    expect([chosen(draft), chosen({ ...draft, rules: draft.rules.slice(1) }), chosen(null)]).toEqual([true, false, false]);
  });

  it('says for those who listen what a change came to', () => {
    expect(changeWords({ verb: 'use', tag: 'coding', model: 'host/model-1' }, draft, models)).toContain('Coding goes to model-1');
    expect(changeWords({ verb: 'remove', tag: 'maths', model: null }, draft, models)).toBe('No rule for maths any more');
    expect(changeWords({ verb: 'undo' }, draft, models)).toBe('Undone');
  });
});
