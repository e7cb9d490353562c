// A saved comparison is read strictly: what can be shown is taken, what cannot is refused in words.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { orphaned, readComparison } from '../../src/view/read';
import { answer, comparison, live, model, prompt } from './comparisons';

const FIXTURES = `${import.meta.dirname}/../../../tests/fixtures/view`;
const saved = readdirSync(FIXTURES)
  .map((name): [string, unknown] => [name, JSON.parse(readFileSync(`${FIXTURES}/${name}`, 'utf8'))])
  .filter(([, value]) => typeof value === 'object' && value !== null && 'routebook' in value);

const refused = (value: unknown): string => {
  try {
    readComparison(value);
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing';
};
const one = (facts: object): unknown => ({ ...comparison(), ...facts });
const withAnswer = (facts: object): unknown => comparison({ prompts: [prompt(1, [{ ...answer('a'), ...facts }])] });

describe('a saved comparison', () => {
  it.each(saved)('that Python wrote is read as it is: %s', (_name, value) => {
    expect(readComparison(value)).toEqual(value);
  });

  it('loses what is not known of it', () => {
    const read = readComparison({ ...(withAnswer({ onclick: 'x' }) as object), script: 'x' });

    expect(JSON.stringify(read)).not.toMatch(/script|onclick/);
  });

  it.each([
    ['nothing', null, 'it should be an object'],
    ['a list', [], 'it should be an object'],
    ['a text', '<b>', 'it should be an object'],
    ['a newer one', one({ routebook: 2 }), 'a newer routebook wrote it, update this one'],
    ['no prompts', one({ prompts: undefined }), 'prompts should be a list'],
    ['prompts by name', one({ prompts: { length: 1 } }), 'prompts should be a list'],
    ['a note that is a thing', one({ notes: [{}] }), 'notes[0] should be text'],
    ['a figure that is a text', withAnswer({ usd: '1' }), 'prompts[0].answers[0].usd should be a number'],
    ['tokens by half', withAnswer({ output_tokens: 1.5 }), 'output_tokens should be a whole number'],
    ['tokens below none', withAnswer({ output_tokens: -1 }), 'output_tokens should be a whole number'],
    ['a score above one', withAnswer({ scores: [{ name: 'exact', value: 1.01 }] }), 'scores[0].value should be a number from 0 to 1'],
    ['a score without a name', withAnswer({ scores: [{ value: 1 }] }), 'scores[0].name should be text'],
    ['scores by name', withAnswer({ scores: { exact: 1 } }), 'scores should be a list'],
    ['pairs won by half', withAnswer({ scores: [{ name: 'j', value: 1, won: 0.5 }] }), 'won should be a whole number'],
    ['a mean of nothing', one({ models: [{ ...model(0), means: [{ name: 'j', value: null, n: 0 }] }] }), 'means[0].value should be a number'],
    ['an unknown phase', withAnswer({ phase: 'constructor' }), 'phase should be one of queued, waiting'],
    ['a model that is not there', withAnswer({ model: 9 }), 'model 9 should be in the list of models'],
    ['a text without end', withAnswer({ text: 'x'.repeat(20_000_001) }), 'text should be text'],
    ['the same id twice', comparison({ prompts: [prompt(1, [answer('a'), answer('a')])] }), 'the id a should be used once'],
    ['a colour by name', one({ models: [{ ...model(0), colour: 'red;x:y' }] }), 'models[0].colour should be a whole'],
  ])('is refused in words: %s', (_name, value, words) => {
    expect(refused(value)).toMatch(/^This saved comparison cannot be shown: /);
    expect(refused(value)).toContain(words);
  });

  it('inherits nothing from a name that every object has', () => {
    const made = JSON.parse(JSON.stringify(comparison()).replace('"notes":[]', '"__proto__":{"notes":[]}')) as unknown;

    expect(refused(made)).toContain('notes should be a list');
  });
});

describe('a run whose kernel has gone', () => {
  const left = orphaned(live(answer('a', { phase: 'streaming', text: 'Half a' }), answer('b', { model: 1 })));

  it('keeps what came, and says that the rest is missing', () => {
    expect(left.prompts[0]?.answers.map(({ phase, text }) => [phase, text])).toEqual([
      ['missing', 'Half a'],
      ['done', 'Text of b.'],
    ]);
    expect(left.run.status).toBe('interrupted');
    expect(left.notes.at(-1)).toContain('rb.load("01234567")');
  });

  it('takes nothing for missing while the kernel is at work: the page only does not hear of it', () => {
    const unheard = orphaned(live(answer('a', { phase: 'streaming', text: 'Half a' })), true);

    expect(unheard.prompts[0]?.answers[0]?.phase).toBe('streaming');
    expect(unheard.run.status).toBe('interrupted');
    expect(unheard.notes.at(-1)).toContain('When it has ended, rb.load("01234567")');
  });

  it('is the same as ever when it had ended before', () => {
    const ended = comparison();

    expect(orphaned(ended)).toBe(ended);
  });
});
