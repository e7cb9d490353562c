// The list of prompts, in the page.

import { h, render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, describe, expect, it } from 'vitest';
import type { Vote } from '../../src/messages';
import { Navigator, type Step } from '../../src/view/navigator';
import { inSight, scrolledTo } from '../../src/view/virtual';
import { answer, model, prompt } from './comparisons';

const many = Array.from({ length: 5000 }, (_, index) =>
  prompt(index + 1, [answer(`${index}a`), answer(`${index}b`, { model: 1, phase: index % 10 ? 'done' : 'failed' })], {
    tags: [index % 2 ? 'odd' : 'even'],
  }),
);
const element = document.createElement('div');
document.body.append(element);
afterEach(() => {
  render(null, element);
});

function shown(facts: { selected?: string; blind?: boolean; votes?: Vote[] } = {}) {
  const chosen: string[] = [];
  const stepper: { current: Step } = { current: () => undefined };
  void act(() => {
    render(
      h(Navigator, {
        prompts: many,
        of: 6000,
        tags: ['odd', 'even'],
        votes: facts.votes ?? [],
        models: facts.blind ? [] : [model(0), model(1)],
        selected: facts.selected ?? 'prompt-1',
        onSelect: (id: string) => chosen.push(id),
        stepper,
      }),
      element,
    );
  });
  const list = one('[role=listbox]');
  return { chosen, stepper, list };
}
function one(selector: string): HTMLElement {
  const found = element.querySelector<HTMLElement>(selector);
  if (!found) throw new Error(`no ${selector}`);
  return found;
}
const rows = (): string[] => [...element.querySelectorAll('[role=option]')].map((row) => row.querySelector('span')?.textContent ?? '');
const choose = (name: string, value: string): void => {
  const select = one(`select[aria-label="${name}"]`) as HTMLSelectElement;
  void act(() => {
    select.value = value;
    select.dispatchEvent(new Event('change', { bubbles: true }));
  });
};

describe('the navigator', () => {
  it('puts only the rows in sight into the page', () => {
    const { list } = shown();
    expect(rows().length).toBeLessThan(40);
    void act(() => {
      list.scrollTop = 26 * 3000;
      list.dispatchEvent(new Event('scroll'));
    });
    expect(rows()).toContain('3001');
    expect(rows().length).toBeLessThan(40);
  });

  it('says how many there are, and how many are not here', () => {
    shown();
    expect(element.querySelector('[role=status]')?.textContent).toBe('6,000 prompts, the first 5,000 here');
    choose('Which prompts', 'errors');
    expect(element.querySelector('[role=status]')?.textContent).toContain('500 of 5,000 prompts');
  });

  it('goes through what it lists by keys, and by steps from outside', () => {
    const { chosen, list, stepper } = shown({ selected: 'prompt-1' });
    choose('Tag', 'even');
    const press = (key: string): void => {
      list.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    };
    press('ArrowDown');
    press('End');
    stepper.current(1);
    press('x');
    expect(chosen).toEqual(['prompt-3', 'prompt-4999', 'prompt-3']);
  });

  it('goes on from where a prompt was that is no longer listed because it was judged', () => {
    shown({ selected: 'prompt-4' });
    choose('Which prompts', 'unjudged');
    const { chosen, stepper } = shown({ selected: 'prompt-4', votes: [{ kind: 'pair', prompt: 'prompt-4' } as Vote] });
    stepper.current(1);
    stepper.current(-1);
    expect(chosen).toEqual(['prompt-5', 'prompt-3']);
  });

  it('begins with the first when the selected prompt is not among those found', () => {
    shown({ selected: 'prompt-4' });
    choose('Tag', 'even');
    const { chosen, stepper } = shown({ selected: 'prompt-4' });
    stepper.current(1);
    expect(chosen).toEqual(['prompt-1']);
  });

  it('says in words what its marks show', () => {
    shown();
    const marks = [...element.querySelectorAll('.rbv-marks')].map((mark) => mark.getAttribute('aria-label'));
    expect(marks.slice(0, 2)).toEqual(['1 of 2 answered, 1 failed', '2 of 2 answered']);
  });

  it('takes a click', () => {
    const { chosen } = shown();
    (element.querySelectorAll('[role=option]')[2] as HTMLElement).click();
    expect(chosen).toEqual(['prompt-3']);
  });

  it('tells neither colours nor an order by time or cost while it is blind', () => {
    shown({ blind: true });
    expect(element.querySelector('select[aria-label=Order]')).toBeNull();
    expect(element.querySelector('[class*=rbv-m0]')).toBeNull();
  });

  it('says to those who listen which row is the selected one', () => {
    const { list } = shown({ selected: 'prompt-2' });
    const active = element.querySelector(`#${list.getAttribute('aria-activedescendant') ?? 'none'}`);
    expect(active?.getAttribute('aria-selected')).toBe('true');
    expect(active?.getAttribute('aria-posinset')).toBe('2');
    expect(active?.getAttribute('aria-setsize')).toBe('5000');
  });
});

describe('rows in sight', () => {
  it('are those between the top and the bottom, and a few more', () => {
    expect(inSight(0, 260, 26, 1000)).toEqual({ first: 0, end: 16 });
    expect(inSight(2600, 260, 26, 1000)).toEqual({ first: 94, end: 116 });
    expect(inSight(26000, 260, 26, 1000)).toEqual({ first: 994, end: 1000 });
    expect(inSight(500, 260, 26, 3)).toEqual({ first: 0, end: 3 });
  });

  it('are scrolled to only when they are out of sight', () => {
    expect(scrolledTo(5, 0, 260, 26)).toBe(0);
    expect(scrolledTo(20, 0, 260, 26)).toBe(286);
    expect(scrolledTo(1, 260, 260, 26)).toBe(26);
  });
});
