// What was said of answers: on the cards, in the table of figures, and for each model; and nothing of it while it is blind.

import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { Ballot, Comparison, Prompt, Reply, Score, Summary, Vote, Winner } from '../../src/messages';
import type { Host } from '../../src/view/host';
import { mount, type View } from '../../src/view/mount';
import { readComparison } from '../../src/view/read';
import { meansOf } from '../../src/view/scores';
import { TOOLS } from '../../src/view/tools';
import { answer, comparison, model, prompt } from './comparisons';

const judged = readComparison(
  JSON.parse(readFileSync(`${import.meta.dirname}/../../../tests/fixtures/view/judged.json`, 'utf8')),
);
const SUMMARY: Summary = {
  calls: 2, errors: 0, cached: 0, priced: 2, cost_usd: 1, usd_per_1k_calls: 1, ttft_p50_s: 1, ttft_p95_s: 1,
  latency_p50_s: 1, latency_p95_s: 1, tokens_per_s: 1,
};

let view: View | null = null;

/** A kernel that stores what it is told, as ada's. */
const host: Host = {
  ask: (question) =>
    Promise.resolve<Reply>(
      question.kind === 'vote'
        ? { kind: 'reply', id: '', ok: true, answer: 'voted', vote: { ...question.ballot, id: 'new', by: 'ada', at: '2026-12-01' } }
        : { kind: 'reply', id: '', ok: false, error: 'Not here.' },
    ),
  unavailable: () => null,
};

function open(shown: Comparison, tools: typeof TOOLS | null = TOOLS): HTMLElement {
  const page = document.body.appendChild(document.createElement('div'));
  view = mount(page, host, tools);
  view.show(shown);
  return page;
}

afterEach(() => {
  view?.unmount();
  document.body.replaceChildren();
});

const drawn = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));

async function press(page: Element, words: string): Promise<void> {
  const found = [...page.querySelectorAll('button')].find((one) => one.textContent === words);
  if (!found) throw new Error(`There is no button ${words}.`);
  found.click();
  await drawn();
  await drawn();
}

const chips = (page: Element): string[][] =>
  [...page.querySelectorAll('article')].map((card) =>
    [...card.querySelectorAll('.rbv-judged .rbv-chip')].map((chip) => chip.textContent),
  );
const titles = (page: Element): (string | null)[] =>
  [...page.querySelectorAll('.rbv-judged .rbv-chip')].map((chip) => chip.getAttribute('title'));
const rows = (table: Element | null): string[][] =>
  [...(table?.querySelectorAll('tr') ?? [])].map((row) => [...row.children].map((cell) => cell.textContent));

const only = (...scores: Score[]): Comparison => comparison({ prompts: [prompt(1, [answer('a', { scores })])] });
/** Two models that answered two prompts; the first one's answers are `a1` and `a2`. */
const two = (votes: Vote[]): Comparison =>
  comparison({
    models: [model(0, { summary: SUMMARY }), model(1, { summary: SUMMARY })],
    prompts: [1, 2].map((number) => prompt(number, [answer(`a${number}`), answer(`b${number}`, { model: 1 })])),
    votes,
  });
const cast = (by: string, ballot: Ballot, at = '2026-11-20'): Vote => ({ ...ballot, id: `${by} ${at}`, by, at });
const facts = { prompt: 'prompt-1', blind: false, order: [] };
const rated = (by: string, rating: number, id = 'a1', at?: string): Vote =>
  cast(by, { ...facts, kind: 'rating', answer: id, rating, prompt: `prompt-${id.slice(1)}` }, at);
const compared = (by: string, winner: Winner, a = 'a1', b = 'b1'): Vote =>
  cast(by, { ...facts, kind: 'pair', a, b, winner });

describe('a card', () => {
  it('has what checks, judges and people said of its answer, and why', async () => {
    const page = open({ ...judged, prompts: judged.prompts.slice(1) });

    expect(chips(page)).toEqual([
      ['exact 1.00', 'is_right: no score', 'sim/judge: won 2 of 2'],
      ['exact 0.00', 'sim/judge: tied 1 of 2'],
      ['people 0.38 (n=2)', 'sim/judge: tied 1 of 2'],
      [],
    ]);
    expect(titles(page).slice(0, 4)).toEqual([
      null,
      "KeyError: 'river'",
      'Names the Danube, as <b>asked</b>. And nothing else.',
      "'Loire', not 'Danube'",
    ]);
    await drawn();
    expect(page.querySelector('.rbv-judged strong b')).toBeNull();
  });

  it('says by a shape how much it is, and by none that there is no score', () => {
    const page = open(only({ name: 'exact', value: 0.25 }, { name: 'is_right', value: null, note: 'KeyError' }));

    expect([...page.querySelectorAll<HTMLElement>('.rbv-judged i')].map((one) => one.getAttribute('style'))).toEqual([
      '--part: 25%;',
    ]);
  });

  it('folds many to the first three', () => {
    const page = open(only(...['a', 'b', 'c', 'd', 'e'].map((name, index) => ({ name, value: index / 4 }))));

    expect(chips(page)).toEqual([['a 0.00', 'b 0.25', 'c 0.50', '+2']]);
    expect(titles(page).at(-1)).toBe('d 0.75; e 1.00');
  });

  it('obeys neither a name nor a note', () => {
    const evil = '<img src=x onerror=alert(1)>\u202e\u001b[31m';
    const page = open(only({ name: evil + 'x'.repeat(100), value: 1, note: `${evil}\n${'y'.repeat(1000)}` }));
    const [chip] = chips(page).flat();

    expect(page.querySelector('.rbv-judged img')).toBeNull();
    expect(chip).toBe('<img src=x onerror=alert(1)>[U+202E]␛[3… 1.00');
    expect(titles(page)[0]?.length).toBeLessThan(420);
    expect(titles(page)[0]).not.toMatch(/[\u202e\u001b\n]/);
  });

  it('has no such line where nothing was said', () => {
    expect(open(comparison()).querySelector('.rbv-judged')).toBeNull();
  });

  it('has none in a shell without tools', () => {
    expect(open(only({ name: 'exact', value: 1 }), null).querySelector('.rbv-judged')).toBeNull();
  });
});

describe('what people say', () => {
  it('is their mean, of each the last word', () => {
    const votes = [rated('ada', 1), rated('grace', 4), rated('ada', 5, 'a1', '2026-11-21')];
    expect(chips(open(two(votes)))[0]).toEqual(['people 0.88 (n=2)']);
  });

  it('is of pairs how many an answer won, in either order', () => {
    const votes = [compared('ada', 'a'), compared('grace', 'both_bad'), compared('bob', 'a', 'b1', 'a1')];
    expect(chips(open(two(votes)))).toEqual([['people: won 1, tied 1 of 3'], ['people: won 1, tied 1 of 3']]);
  });

  it('has a note with who wrote it', () => {
    expect(titles(open(two([{ ...rated('ada', 5), note: 'Short.' }])))).toEqual(['ada: Short.']);
  });

  it('is on the card as soon as somebody votes', async () => {
    const page = open(two([]));
    await press(page, '3 Tie');
    expect(chips(page)).toEqual([['people: tied 1 of 1'], ['people: tied 1 of 1']]);
  });
});

describe('the table of figures', () => {
  it('has a column for each name', async () => {
    const page = open({ ...judged, prompts: judged.prompts.slice(1) });
    await press(page, 'Table');
    const [heads = [], ...cells] = rows(page.querySelector('.rbv-twin'));
    const from = heads.indexOf('exact');

    expect(heads.slice(from, from + 4)).toEqual(['exact', 'is_right', 'people', 'sim/judge, pairs']);
    expect(cells.map((row) => row.slice(from, from + 4))).toEqual([
      ['1.00', 'no score', '–', 'won 2 of 2'],
      ['0.00', '–', '–', 'tied 1 of 2'],
      ['–', '–', '0.38 (n=2)', 'tied 1 of 2'],
      ['–', '–', '–', '–'],
    ]);
  });
});

describe('the table of models', () => {
  it('has a column for each name: the mean, and of how many', () => {
    const [heads = [], first = []] = rows(open(judged).querySelector('.rbv-sum'));
    const from = heads.indexOf('exact');

    expect(heads.slice(from)).toEqual(['exact', 'people', 'sim/judge, pairs', 'people, pairs']);
    expect(first.slice(from)).toEqual(['0.56 (n=2)', '–', '0.88 (n=2)', '0.00 (n=1)']);
  });

  it('counts each prompt the same, however many people rated its answers', () => {
    const votes = [rated('ada', 5), rated('grace', 5), rated('bob', 5), rated('ada', 1, 'a2')];
    expect(meansOf(two(votes))).toEqual([['people', ['0.50 (n=2)', '–']]]);
  });

  it('is as it was where nothing was said', () => {
    expect(meansOf(two([]))).toEqual([]);
  });
});

describe('while it is blind', () => {
  const one: Prompt = prompt(1, [
    answer('a', { scores: [{ name: 'exact', value: 1, note: 'right' }] }),
    answer('b', { model: 1, scores: [{ name: 'exact', value: 0 }] }),
  ]);
  const scored = comparison({
    models: [model(0, { summary: SUMMARY, means: [{ name: 'exact', value: 1, n: 1 }] }), model(1)],
    prompts: [one],
  });

  it('nothing is said on the cards, in the table or of the models', async () => {
    const page = open(scored);
    expect(page.textContent).toContain('exact');
    await press(page, 'Blind');
    expect(page.innerHTML).not.toContain('exact');
    await press(page, 'Table');
    expect(page.innerHTML).not.toContain('exact');
  });
});
