// The view in a page: what is shown, what the reader's choices do, and what stays where it is while answers grow.

import { afterEach, describe, expect, it } from 'vitest';
import type { Ask, Comparison, Reply } from '../../src/messages';
import type { Host } from '../../src/view/host';
import { mount, type View } from '../../src/view/mount';
import { TOOLS } from '../../src/view/tools';
import { answer, changes, comparison, live, model, prompt } from './comparisons';

const asked: Ask[] = [];
let views: View[] = [];

function open(facts: Partial<Host> = {}): { view: View; page: HTMLElement } {
  const page = document.body.appendChild(document.createElement('div'));
  const host: Host = {
    ask: (question) => {
      asked.push(question);
      return Promise.resolve({ kind: 'reply', id: '', ok: true, answer: 'stopped' } satisfies Reply);
    },
    unavailable: () => null,
    ...facts,
  };
  const view = mount(page, host, TOOLS);
  views.push(view);
  return { view, page };
}

/** A kernel that stores what it is told. */
const storing: Partial<Host> = {
  ask: (question) =>
    Promise.resolve(
      question.kind === 'vote'
        ? {
            kind: 'reply', id: '', ok: true, answer: 'voted',
            vote: { ...question.ballot, id: `vote ${JSON.stringify(question.ballot)}`, by: 'ada', at: '2026-11-20' },
          }
        : { kind: 'reply', id: '', ok: false, error: 'Not here.' },
    ),
};

const drawn = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));

function button(page: Element, words: string): HTMLButtonElement {
  const found = [...page.querySelectorAll('button')].find((one) => one.textContent === words);
  if (!found) throw new Error(`There is no button ${words}.`);
  return found;
}

async function press(page: Element, words: string): Promise<void> {
  button(page, words).click();
  await drawn();
}

const names = (page: Element): string[] => [...page.querySelectorAll('h4')].map((name) => name.textContent);
const ids = (page: Element): (string | null)[] =>
  [...page.querySelectorAll('article')].map((card) => card.getAttribute('data-answer'));
const bodies = (page: Element): Element[] => [...page.querySelectorAll('.rbv-body')];
const said = (page: Element): string[] => bodies(page).map((body) => body.textContent.trim());

afterEach(() => {
  for (const view of views) view.unmount();
  views = [];
  asked.length = 0;
  document.body.replaceChildren();
});

describe('a finished comparison', () => {
  it('is shown at once: the models, the prompt, the answers and what they cost', () => {
    const { view, page } = open();
    view.show(comparison());

    expect(names(page)).toEqual(['model-0', 'model-1']);
    expect(page.querySelector('h4')?.title).toBe('host/model-0');
    expect(page.querySelector('header')?.textContent).toContain('$0.0020');
    expect(page.querySelector('.rbv-ask')?.textContent).toContain('Question 1?');
    expect(page.querySelector('article')?.textContent).toContain('0.50 / 2.0 s');
    expect(said(page)[1]).toBe('Text of b.');
  });

  it('says what it is', () => {
    const { view, page } = open();
    view.show(comparison({}, { name: 'first' }));

    const root = page.querySelector('.rbv');
    expect(root?.getAttribute('aria-label')).toBe('Comparison of 2 models: first');
  });

  it('says what is not known, what is simulated, and what came from the cache', () => {
    const { view, page } = open();
    const answers = [answer('a', { usd: null, tokens_per_s: null }), answer('b', { usd: 0, list_usd: 0.0012, model: 1 })];
    view.show(
      comparison(
        { prompts: [prompt(1, answers)] },
        {
          cost: { usd: 0, list_usd: 0.0012, priced: 1, calls: 2, simulated_usd: 1, simulated_priced: 1, simulated_calls: 1 },
        },
      ),
    );

    expect(page.querySelector('.rbv-figures')?.textContent).toContain(
      '$0 now, $0.0012 when asked, 1 of 2 priced + $1.00 simulated',
    );
    expect([...page.querySelectorAll('dd')].map((one) => one.textContent)).toEqual(
      expect.arrayContaining(['unknown', '$0 was $0.0012']),
    );
  });

  it('shows a failure with what to do, and what came before it', () => {
    const { view, page } = open();
    const failure = { kind: 'connection', message: 'No server', hint: 'Start `ollama serve`.' };
    view.show(comparison({ prompts: [prompt(1, [answer('a', { phase: 'failed', failure, text: 'Half' })])] }));

    expect(page.querySelector('.rbv-failure')?.textContent).toBe('No serverStart ollama serve.');
    expect(page.querySelector('.rbv-failure code')?.textContent).toBe('ollama serve');
    expect(bodies(page)[0]?.textContent).toContain('What came before:Half');
  });

  it('keeps the cards of each repeat in a row of their own', () => {
    const { view, page } = open();
    const answers = [0, 1].flatMap((repeat) => [
      answer(`a${repeat}`, { repeat }),
      answer(`b${repeat}`, { repeat, model: 1 }),
    ]);
    view.show(comparison({ prompts: [prompt(1, answers)] }, { repeats: 2 }));

    expect([...page.querySelectorAll('.rbv-repeat')].map((one) => one.textContent)).toEqual([
      'repeat 1 of 2',
      'repeat 2 of 2',
    ]);
    expect(names(page)).toHaveLength(4);
  });

  it.each([[4, 4], [5, 3], [6, 3], [8, 4], [9, 3]])('puts %i models in rows of %i', (many, wide) => {
    const { view, page } = open();
    const answers = Array.from({ length: many }, (_, index) => answer(`a${index}`, { model: index }));
    view.show(comparison({ models: answers.map((_, index) => model(index)), prompts: [prompt(1, answers)] }));

    expect(page.querySelector('.rbv-row')?.className).toContain(`rbv-n${wide}`);
  });

  it('hides what cannot be known of a blind run', () => {
    const { view, page } = open();
    const blind = ['A', 'B'].map((letter) => ({
      id: letter, model: null, label: `Answer ${letter}`, repeat: 0, phase: 'done' as const, text: 'x',
    }));
    view.show(comparison({ models: [], prompts: [prompt(1, blind)] }, { blind: true, cost: null, slowest_s: null }));

    expect(names(page)).toEqual(['Answer A', 'Answer B']);
    expect(page.querySelector('.rbv-what')?.textContent).toContain('2 models');
    expect(page.querySelector('.rbv-facts')).toBeNull();
  });

  it('is shown as it was written when that is wished', async () => {
    const { view, page } = open();
    view.show(comparison({ prompts: [prompt(1, [answer('a', { text: '**bold**' })])] }, { id: 'of source' }));
    for (const form of page.querySelectorAll<HTMLSelectElement>('.rbv-menu select')) {
      if (!form.innerHTML.includes('source')) continue;
      form.value = 'source';
      form.dispatchEvent(new Event('change', { bubbles: true }));
    }
    await drawn();

    expect(said(page)).toEqual(['**bold**']);
  });

  it('typesets the formulas only, where the host can', async () => {
    const set: string[] = [];
    const { view } = open({ typeset: (element) => set.push(element.textContent) });
    view.show(comparison({ prompts: [prompt(1, [answer('a', { text: 'It is $5, so $x^2$.' })])] }));
    await drawn();

    expect(set).toEqual(['$x^2$']);
  });
});

describe('a comparison that grows', () => {
  const growing = () => live(answer('a', { phase: 'streaming', text: '' }), answer('b', { phase: 'queued', text: '', model: 1 }));

  it('shows what came with the next frame, once for all messages before it', async () => {
    const { view, page } = open();
    view.show(growing(), 0);
    await drawn();
    let drawings = 0;
    const watch = new MutationObserver(() => drawings++);
    watch.observe(page, { subtree: true, childList: true, characterData: true });
    for (let seq = 1; seq <= 50; seq++) expect(view.apply(changes(seq, { answer: 'a', text: 'word ' }))).toBe('ok');

    expect(said(page)[0]).toBe('');
    await drawn();
    expect(said(page)[0]).toBe('word '.repeat(50).trim());
    expect(drawings).toBe(1);
  });

  it('leaves the elements of finished blocks as they are', async () => {
    const { view, page } = open();
    view.show(growing(), 0);
    view.apply(changes(1, { answer: 'a', text: 'First.\n\nSec' }));
    await drawn();
    const [first, second] = page.querySelectorAll('.rbv-markdown p');
    view.apply(changes(2, { answer: 'a', text: 'ond.' }));
    view.apply(changes(3, { answer: 'a', set: { phase: 'done' } }));
    await drawn();
    const now = page.querySelectorAll('.rbv-markdown p');

    expect(now[0]).toBe(first);
    expect([now[1]?.textContent, second?.textContent]).toEqual(['Second.', 'Sec']);
  });

  it('says when a message is missing, and goes on from a new snapshot', async () => {
    const { view, page } = open();
    view.show(growing(), 3);

    expect(view.apply(changes(5, { answer: 'a', text: 'late' }))).toBe('gap');
    view.show(live(answer('a', { phase: 'streaming', text: 'All ' })), 5);
    expect(view.apply(changes(6, { answer: 'a', text: 'there' }))).toBe('ok');
    await drawn();
    expect(said(page)).toEqual(['All there']);
  });

  it('stops one model, or all', async () => {
    const { view, page } = open();
    view.show(growing(), 0);
    await press(page, 'Stop');
    await press(page, 'Stop all');

    const run = comparison().run.id;
    expect(asked).toEqual([
      { kind: 'stop', run, model: 'host/model-0' },
      { kind: 'stop', run, model: null },
    ]);
    expect(button(page, 'Stopping…').disabled).toBe(true);
  });

  it('says why it was not stopped, and can be asked again', async () => {
    const { view, page } = open({
      ask: () => Promise.resolve({ kind: 'reply', id: '', ok: false, error: 'This run has ended.' }),
    });
    view.show(growing(), 0);
    await press(page, 'Stop all');
    await drawn();

    expect(page.querySelector('[role=alert]')?.textContent).toBe('Not stopped: This run has ended.');
    expect(button(page, 'Stop all').disabled).toBe(false);
  });

  it('cannot be stopped where nobody is there, and says why', () => {
    const { view, page } = open({ unavailable: () => 'There is no kernel.' });
    view.show(growing(), 0);

    expect(button(page, 'Stop all')).toMatchObject({ disabled: true, title: 'There is no kernel.' });
  });
});

describe('the other ways to look at answers', () => {
  it('marks how each differs from the base that is chosen', async () => {
    const { view, page } = open();
    const answers = [answer('a', { text: 'one two' }), answer('b', { text: 'one three', model: 1 })];
    view.show(comparison({ prompts: [prompt(1, answers)] }, { id: 'of diff' }));
    await press(page, 'Diff');
    const marked = (): (string | undefined)[] => bodies(page).map((body) => body.querySelector('ins')?.textContent);

    expect(marked()).toEqual([undefined, 'three']);
    [...page.querySelectorAll('button')].filter((one) => one.textContent === 'Base')[1]?.click();
    await drawn();
    expect(marked()).toEqual(['two', undefined]);
  });

  it('has a table of every figure that bars show', async () => {
    const { view, page } = open();
    view.show(comparison({}, { id: 'of table' }));
    await press(page, 'Table');

    expect(page.querySelector('table')?.textContent).toContain('host/model-1');
    expect(page.querySelector('article')).toBeNull();
  });

  it('goes to the prompt chosen from the list', async () => {
    const { view, page } = open();
    const prompts = [1, 2].map((number) => prompt(number, [answer(`a${number}`)]));
    view.show(comparison({ prompts }, { id: 'of two' }));
    page.querySelectorAll<HTMLElement>('[role=option]')[1]?.click();
    await drawn();

    expect(said(page)).toEqual(['Text of a2.']);
  });

  it('hides a model', async () => {
    const { view, page } = open();
    view.show(comparison({}, { id: 'of hiding' }));
    page.querySelector<HTMLInputElement>('fieldset input')?.click();
    await drawn();

    expect(names(page)).toEqual(['model-1']);
  });
});

describe('a page made blind', () => {
  const failure = { kind: 'rate_limit', message: 'model-2 is throttling', hint: 'Ask model-2 less.' };
  const shown = comparison(
    {
      models: [model(0), model(1), model(2)],
      prompts: [
        prompt(1, [
          answer('a', { reasoning: 'I am model-0.', badges: [{ text: 'cached' }] }),
          answer('b', { model: 1 }),
          answer('c', { model: 2, phase: 'failed', failure }),
        ]),
      ],
    },
    { id: 'of blind' },
  );

  it('shows what was hidden as well: which are left would tell who they are', async () => {
    const { view, page } = open();
    view.show(comparison());
    page.querySelector<HTMLInputElement>('.rbv-menu fieldset input')?.click();
    await drawn();
    expect(ids(page)).toEqual(['b']);
    await press(page, 'Blind');
    expect(ids(page).sort()).toEqual(['a', 'b']);
  });

  it('tells nothing of who answered, until a vote is stored; then it tells all, in the same order', async () => {
    const kept: Comparison[] = [];
    const { view, page } = open({ ...storing, keep: (now) => kept.push(now) });
    view.show(shown);
    await press(page, 'Blind');
    const order = ids(page);
    const sheet = page.querySelector('.rbv-main');

    expect(names(page)).toEqual(['Answer A', 'Answer B', 'Answer C']);
    expect(sheet?.textContent).toContain('This answer failed (rate limit).');
    expect(sheet?.innerHTML).not.toMatch(/model-|(?<!rbv-)host|cached|\$0|Request|rbv-m\d/);
    page.querySelector<HTMLElement>('.rbv-key')?.click();
    await drawn();
    await drawn();

    expect(names(page).join()).toMatch(/model-\d Answer A,model-\d Answer B,model-\d Answer C/);
    expect(page.querySelector('.rbv-facts')).not.toBeNull();
    expect(ids(page)).toEqual(order);
    expect(kept.at(-1)?.votes).toMatchObject([{ kind: 'pair', blind: true, prompt: 'prompt-1' }]);
  });

  it('does not go on to compare with the model that was chosen by its name', async () => {
    const { view, page } = open();
    view.show(comparison({}, { id: 'of base' }));
    const bases = (): (string | null)[] =>
      [...page.querySelectorAll('.rbv-name .rbv-btn')].map((one) => one.getAttribute('aria-pressed'));
    await press(page, 'Diff');
    for (const index of [0, 1]) {
      page.querySelectorAll<HTMLElement>('.rbv-name .rbv-btn')[index]?.click();
      await drawn();
      expect(bases()[index]).toBe('true');
      await press(page, 'Blind');
      expect(bases()).toEqual(['true', 'false']);
      await press(page, 'Blind');
    }
  });
});

describe('what the reader chose', () => {
  const pressed = (page: Element): string[] =>
    [...page.querySelectorAll('[aria-pressed=true]')].map((one) => one.textContent);

  it('stays when the same run is shown again, also in another view', async () => {
    const { view, page } = open();
    view.show(comparison({}, { id: 'chosen' }));
    await press(page, 'Table');
    view.show(comparison({}, { id: 'chosen' }));
    await drawn();
    const other = open();
    other.view.show(comparison({}, { id: 'chosen' }));

    expect(pressed(page)).toContain('Table');
    expect(pressed(other.page)).toContain('Table');
  });

  it('is not carried over to another run', async () => {
    const { view, page } = open();
    view.show(comparison({}, { id: 'one' }));
    await press(page, 'Table');
    view.show(comparison({}, { id: 'two' }));

    expect(pressed(page)).toEqual(['Answers']);
  });

  it('leaves no element behind when the view goes', () => {
    const { view, page } = open();
    view.show(comparison());
    view.unmount();

    expect(page.childNodes).toHaveLength(0);
  });
});
