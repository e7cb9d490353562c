// Single keys: heard within the view, and nowhere where they mean something else.

import { render } from 'preact';
import { useRef } from 'preact/hooks';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KEYS, useKeys } from '../../src/view/keys';

const page = document.body;
let heard: string[] = [];
let outside: string[] = [];

function View({ of }: { of: string[] }) {
  const root = useRef<HTMLElement>(null);
  useKeys(root, Object.fromEntries(of.map((key) => [key, () => { heard.push(key); }])));
  return (
    <section ref={root} tabIndex={-1}>
      <button type="button">press</button>
      <input type="text" />
      <textarea />
      <select />
      <div contentEditable>written <b>here</b></div>
      <dialog><i>over it</i></dialog>
      <div popover="auto"><i>menu</i></div>
    </section>
  );
}

const show = (...of: string[]): Promise<void> => act(() => { render(<View of={of} />, page); });

function press(where: string, key: string, facts: KeyboardEventInit = {}): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...facts });
  page.querySelector(where)?.dispatchEvent(event);
  return event;
}

const beyond = ({ key }: KeyboardEvent): void => { outside.push(key); };

beforeEach(async () => {
  [heard, outside] = [[], []];
  document.addEventListener('keydown', beyond);
  await show('1', 'n', 'ArrowLeft');
});
afterEach(() => {
  document.removeEventListener('keydown', beyond);
  render(null, page);
});

describe('a key', () => {
  it('does what it is for, and goes no further', () => {
    const event = press('button', 'n');
    press('section', 'ArrowLeft');

    expect(heard).toEqual(['n', 'ArrowLeft']);
    expect(event.defaultPrevented).toBe(true);
    expect(outside).toEqual([]);
  });

  it('is left alone when it is for nothing here', () => {
    const event = press('section', 'x');
    press('section', 'toString');

    expect(heard).toEqual([]);
    expect(event.defaultPrevented).toBe(false);
    expect(outside).toEqual(['x', 'toString']);
  });

  it.each(['input', 'textarea', 'select', '[contenteditable] b', 'dialog i', '[popover] i'])(
    'is left to %s',
    (where) => {
      press(where, '1');

      expect(heard).toEqual([]);
      expect(outside).toEqual(['1']);
    },
  );

  it.each(['ctrlKey', 'altKey', 'metaKey'])('is left to the notebook or the system with %s', (modifier) => {
    press('section', 'n', { [modifier]: true });

    expect(heard).toEqual([]);
  });

  it('means the same with capitals locked', () => {
    press('section', 'N');

    expect(heard).toEqual(['n']);
  });

  it('held down goes on, but casts no second vote', () => {
    press('section', 'n', { repeat: true });
    press('section', '1', { repeat: true });

    expect(heard).toEqual(['n']);
  });

  it('does what it is for now, not what it was for at first', async () => {
    await show('2');
    press('section', '1');
    press('section', '2');

    expect(heard).toEqual(['2']);
  });

  it('is heard no more when the view has gone', async () => {
    const root = page.querySelector('section');
    await act(() => { render(null, page); });
    root?.dispatchEvent(new KeyboardEvent('keydown', { key: '1' }));

    expect(heard).toEqual([]);
  });
});

it('says what each key does', () => {
  expect(KEYS.flatMap(([keys]) => keys.split(' '))).toEqual(['1', '2', '3', '4', 'n', 'r', 'm', 'j', 'k']);
});
