// Judging by hand: what is sent, what is said back, and all of it by keyboard alone.

import { render } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Answer, Ask, Comparison, Reply } from '../../src/messages';
import type { Host } from '../../src/view/host';
import { Judging, RateButtons, type Rate } from '../../src/view/judging';
import type { Judging as Mode } from '../../src/view/ui';
import { voted } from '../../src/view/state';
import { answer, comparison, prompt } from './comparisons';

type Vote = Extract<Ask, { kind: 'vote' }>;

const page = document.body;
const asked: Vote['ballot'][] = [];
const steps: number[] = [];

/** A kernel that stores each vote, as "ada", a minute after the one before. */
const store = (question: Ask): Promise<Reply> => {
  if (question.kind !== 'vote') throw new Error('Only votes are asked here.');
  const at = `2026-11-20T15:${String(asked.push(question.ballot)).padStart(2, '0')}:00+00:00`;
  const vote = { ...question.ballot, id: at, by: 'ada', at };
  return Promise.resolve({ kind: 'reply', id: '', ok: true, answer: 'voted', vote });
};

interface Facts {
  of?: Comparison;
  blind?: boolean;
  host?: Partial<Host>;
  mode?: Mode;
}

/** What holds the comparison and shows the cards, as the view does. */
function Parent({ of = comparison(), blind = false, host = {}, mode: first = 'pair' }: Facts) {
  const root = useRef<HTMLElement>(null);
  const rater = useRef<Rate>(() => undefined);
  const [now, setNow] = useState(of);
  const [mode, setMode] = useState(first);
  const [asked = prompt(1, [])] = now.prompts;
  const shown = asked.answers;
  const hides = blind && !now.votes.some((vote) => vote.blind);
  const names = ({ id, model }: Answer): string => (hides ? `Answer ${id.toUpperCase()}` : `model-${String(model)}`);
  return (
    <section ref={root} class="rbv" tabIndex={-1}>
      {shown.map((one) => (
        <article data-answer={one.id}>
          <RateButtons answer={one} name={names(one)} rating={null} disabled={false} onRate={(...given) => { rater.current(...given); }} />
        </article>
      ))}
      <Judging
        comparison={now}
        prompt={asked}
        shown={shown}
        names={names}
        blind={hides}
        mode={mode}
        host={{ ask: store, unavailable: () => null, ...host }}
        root={root}
        rater={rater}
        onMode={setMode}
        onVoted={(reply) => { setNow((before) => voted(before, reply)); }}
        onPrompt={(step) => { steps.push(step); }}
      />
    </section>
  );
}

const show = (facts: Facts = {}): Promise<void> => act(() => { render(<Parent {...facts} />, page); });
const of = (...answers: Answer[]): Comparison => comparison({ prompts: [prompt(1, answers)] });
const three = (): Comparison => of(answer('a'), answer('b', { model: 1 }), answer('c', { model: 2 }));

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

async function press(...keys: string[]): Promise<void> {
  for (const key of keys) {
    await act(async () => {
      const target = document.activeElement === page ? page.querySelector('.rbv') : document.activeElement;
      target?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
      await settled();
    });
  }
}

async function click(button: HTMLElement | null | undefined): Promise<void> {
  await act(async () => {
    button?.click();
    await settled();
  });
}

async function type(text: string): Promise<void> {
  await act(() => {
    const field = page.querySelector('input');
    if (field) field.value = text;
    field?.dispatchEvent(new InputEvent('input', { bubbles: true }));
  });
}

const bar = (): HTMLElement | null => page.querySelector('.rbv-judge');
const said = (): string => page.querySelector('[role=status]')?.textContent ?? '';
const alert = (): string => page.querySelector('[role=alert]')?.textContent ?? '';
const buttons = (): HTMLButtonElement[] => [...(bar()?.querySelectorAll('button') ?? [])];
const named = (words: string): HTMLButtonElement | undefined => buttons().find((one) => one.textContent.endsWith(words));

beforeEach(() => {
  asked.length = 0;
  steps.length = 0;
});
afterEach(() => { render(null, page); });

describe('which of two is better', () => {
  it('is asked of the first two, with a key for each answer', async () => {
    await show();

    expect(bar()?.textContent).toContain('Which is better');
    expect(buttons().slice(0, 4).map((one) => [one.getAttribute('aria-keyshortcuts'), one.lastElementChild?.textContent])).toEqual([
      ['1', 'model-0'],
      ['2', 'model-1'],
      ['3', 'Tie'],
      ['4', 'Both bad'],
    ]);
    expect(named('Next pair')).toBeUndefined();
  });

  it.each([['1', 'a', 'model-0 is better'], ['2', 'b', 'model-1 is better'], ['3', 'tie', 'a tie'], ['4', 'both_bad', 'both are bad']])(
    'is told by the key %s alone',
    async (key, winner, words) => {
      await show();
      await press(key);

      expect(asked).toEqual([
        { kind: 'pair', prompt: 'prompt-1', blind: false, order: ['a', 'b'], a: 'a', b: 'b', winner },
      ]);
      expect(said()).toBe(`You said: ${words}`);
      expect(buttons()[Number(key) - 1]?.getAttribute('aria-pressed')).toBe('true');
    },
  );

  it('can be told by mouse, and told again: the later word stands', async () => {
    await show();
    await click(named('model-0'));
    await press('3');

    expect(asked).toHaveLength(2);
    expect(said()).toBe('You said: a tie');
    expect(buttons().filter((one) => one.getAttribute('aria-pressed') === 'true').map((one) => one.textContent)).toEqual(['3 Tie']);
  });

  it('is asked of the next pair when that is wished', async () => {
    await show({ of: three() });
    await press('1', 'n', '2');

    expect(asked.map((ballot) => ballot.kind === 'pair' && [ballot.a, ballot.b, ballot.winner])).toEqual([
      ['a', 'b', 'a'],
      ['a', 'c', 'b'],
    ]);
    expect(said()).toBe('You said: model-2 is better');
  });

  it('reveals who it was, and says that it was blind', async () => {
    await show({ blind: true });
    expect(bar()?.textContent).toContain('Answer B');
    expect(bar()?.querySelector('.rbv-dot')).toBeNull();
    await press('2');

    expect(asked[0]?.blind).toBe(true);
    expect(said()).toBe('You said: model-1 is better · blind');
    expect(bar()?.textContent).not.toContain('Answer');
  });

  it('is asked anew when the page turns blind: what was looked at would tell who is behind the letters', async () => {
    const cast = { id: 'x', by: 'grace', at: '2026-11-20T14:08:00+00:00', prompt: 'prompt-1', blind: false, order: [] };
    const now = { ...three(), votes: [{ ...cast, kind: 'pair' as const, a: 'b', b: 'c', winner: 'a' as const }] };
    await show({ of: now });
    expect(said()).toBe('grace said: model-1 is better');
    await show({ of: now, blind: true });
    await press('1');

    expect(asked[0]).toMatchObject({ a: 'a', b: 'b', blind: true });
  });

  it('was told by somebody else, who is named', async () => {
    const before = { id: 'x', by: 'grace', at: '2026-11-20T14:08:00+00:00', prompt: 'prompt-1', blind: false, order: [], note: 'Shorter.' };
    await show({ of: { ...comparison(), votes: [{ ...before, kind: 'pair', a: 'b', b: 'a', winner: 'a' }] } });

    expect(said()).toBe('grace said: model-1 is better · “Shorter.”');
  });
});

describe('while answers grow', () => {
  const growing = (...done: string[]): Comparison =>
    of(...['a', 'b', 'c'].map((id, model) => answer(id, { model, phase: done.includes(id) ? 'done' : 'streaming' })));

  it('nothing is asked until two are done, in the same space', async () => {
    await show({ of: growing('b') });
    await press('1', 'r', '5', 'm');

    expect(bar()?.className).toContain('rbv-unseen');
    expect(asked).toEqual([]);
  });

  it('the pair stays the one that was read', async () => {
    function Growing({ done }: { done: string[] }) {
      const root = useRef<HTMLElement>(null);
      const now = growing(...done);
      const [one = prompt(1, [])] = now.prompts;
      return (
        <section ref={root} class="rbv">
          <Judging
            comparison={now}
            prompt={one}
            shown={one.answers}
            names={({ id }) => id}
            blind={false}
            mode="pair"
            host={{ ask: store, unavailable: () => null }}
            root={root}
            onMode={() => undefined}
            onVoted={() => undefined}
            onPrompt={() => undefined}
          />
        </section>
      );
    }
    await act(() => { render(<Growing done={['b', 'c']} />, page); });
    await act(() => { render(<Growing done={['a', 'b', 'c']} />, page); });
    await press('1');

    expect(asked[0]).toMatchObject({ a: 'b', b: 'c', winner: 'a', order: ['a', 'b', 'c'] });
  });

  it('a blind page waits for all, since a vote would reveal the others', async () => {
    await show({ of: growing('a', 'b'), blind: true });

    expect(bar()?.className).toContain('rbv-unseen');
  });

  it('is no longer there when all have failed', async () => {
    await show({ of: of(answer('a', { phase: 'failed' })) });

    expect(bar()).toBeNull();
  });
});

describe('a note', () => {
  it('is written by keyboard alone, and goes with the next vote only', async () => {
    await show();
    await press('m');
    expect(document.activeElement).toBe(page.querySelector('input'));
    await press('1'); // is part of the note, no vote
    await type('Says 1 of n.');
    await press('Enter');
    expect(document.activeElement).toBe(page.querySelector('.rbv'));
    await press('2', '1');

    expect(asked.map(({ note }) => note)).toEqual(['Says 1 of n.', undefined]);
    expect(page.querySelector('input')).toBeNull();
  });

  it('is dropped with Escape', async () => {
    await show();
    await press('m');
    await type('No.');
    await press('Escape', '1');

    expect(asked[0]).not.toHaveProperty('note');
  });

  it('is kept when the vote was refused', async () => {
    const refuse = (question: Ask): Promise<Reply> =>
      store(question).then(() => ({ kind: 'reply', id: '', ok: false, error: 'The store is full.' }));
    await show({ host: { ask: refuse } });
    await press('m');
    await type('Shorter.');
    await press('Enter', '1', '1');

    expect(asked.map(({ note }) => note)).toEqual(['Shorter.', 'Shorter.']);
  });
});

describe('a rating', () => {
  it('is given by key to one answer after the other', async () => {
    await show({ of: three() });
    await press('r', '4', 'n', '2', 'ArrowRight', '5', 'ArrowLeft', '1');

    expect(asked.map((ballot) => ballot.kind === 'rating' && [ballot.answer, ballot.rating])).toEqual([
      ['a', 4],
      ['b', 2],
      ['c', 5],
      ['b', 1],
    ]);
    expect(said()).toBe('You said: 1 of 5 for model-1');
  });

  it('is of the answer whose card has the focus', async () => {
    await show({ of: three(), mode: 'rating' });
    await act(() => { page.querySelector<HTMLElement>('[data-answer=c] button')?.focus(); });
    await press('3');

    expect(asked).toMatchObject([{ kind: 'rating', answer: 'c', rating: 3, order: ['a', 'b', 'c'] }]);
  });

  it('is given on the card too', async () => {
    await show({ mode: 'rating' });
    await click(page.querySelector<HTMLElement>('[data-answer=b] button:nth-child(5)'));

    expect(asked).toMatchObject([{ kind: 'rating', answer: 'b', rating: 5 }]);
    expect(said()).toBe('You said: 5 of 5 for model-1');
  });

  it('goes back to comparing with the same key', async () => {
    await show();
    await press('r', 'r', '1');

    expect(asked[0]?.kind).toBe('pair');
  });

  it('is all there is for a single answer', async () => {
    await show({ of: of(answer('a'), answer('b', { model: 1, phase: 'failed' })) });
    await press('r', '5');

    expect(asked).toMatchObject([{ kind: 'rating', answer: 'a', rating: 5 }]);
    expect(named('Compare')).toBeUndefined();
  });
});

describe('a vote that cannot be stored', () => {
  it('is refused in the kernel’s words, and stays unsaid', async () => {
    await show({ host: { ask: () => Promise.resolve({ kind: 'reply', id: '', ok: false, error: 'This run is unknown.' }) } });
    await press('1');

    expect(alert()).toBe('Your vote is not stored: This run is unknown.');
    expect(said()).not.toContain('You said');
  });

  it('is told too when nobody answers, and the words go with the next vote', async () => {
    let gone = true;
    await show({ host: { ask: (question) => (gone ? Promise.reject(new Error('The kernel was restarted.')) : store(question)) } });
    await press('1');
    expect(alert()).toBe('Your vote is not stored: The kernel was restarted.');
    gone = false;
    await press('1');

    expect(alert()).toBe('');
    expect(said()).toBe('You said: model-0 is better');
  });

  it('is not cast where there is no kernel, which is said once; the buttons can still be reached', async () => {
    await show({ host: { unavailable: () => 'Votes need a kernel.' } });
    await press('1', '2');
    await click(named('Tie'));

    expect(asked).toEqual([]);
    expect(page.textContent.split('Votes need a kernel.')).toHaveLength(2);
    expect(named('Tie')).toMatchObject({ disabled: false });
    expect(named('Tie')?.getAttribute('aria-disabled')).toBe('true');
  });
});

describe('going from prompt to prompt', () => {
  const many = (): Comparison => comparison({}, { prompts: 2 });

  it('is done by j and k, where there are more', async () => {
    await show({ of: many() });
    await press('j', 'k');

    expect(steps).toEqual([1, -1]);
    expect(named('›')).toBeDefined();
  });

  it('is not offered where there is but one', async () => {
    await show();
    await press('j');

    expect(steps).toEqual([]);
    expect(named('›')).toBeUndefined();
  });

  it('waits for the vote before, so that a refusal is seen', async () => {
    let answerIt: (reply: Reply) => void = () => undefined;
    await show({ of: many(), host: { ask: () => new Promise((resolve) => { answerIt = resolve; }) } });
    await press('1', 'j');
    expect(steps).toEqual([]);
    expect(page.querySelector('.rbv-wait')).not.toBeNull();
    await act(async () => {
      answerIt({ kind: 'reply', id: '', ok: false, error: 'Busy.' });
      await settled();
    });
    expect([steps, alert()]).toEqual([[], 'Your vote is not stored: Busy.']);
    await press('j');

    expect(steps).toEqual([1]);
  });
});

it('sends votes one after the other, so that the last word is the last in the store', async () => {
  const answers: (() => void)[] = [];
  await show({ host: { ask: (question) => new Promise((resolve) => { answers.push(() => { resolve(store(question)); }); }) } });
  await press('1', '2');
  expect(answers).toHaveLength(1);
  for (let index = 0; index < 2; index++) {
    await act(async () => {
      answers[index]?.();
      await settled();
    });
  }

  expect(asked.map((ballot) => ballot.kind === 'pair' && ballot.winner)).toEqual(['a', 'b']);
  expect(said()).toBe('You said: model-1 is better');
});
