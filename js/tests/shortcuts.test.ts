import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepKeys } from '../src/shortcuts';

let heard: string[] = [];
let end: () => void;

/** As Lumino: on its way up from the target, the attribute counts only before what the shortcut's selector fits. */
const notebook = ({ target, key, eventPhase }: KeyboardEvent): void => {
  if (!(target as Element).hasAttribute('data-lm-suppress-shortcuts')) {
    heard.push(`${key} ${eventPhase === Event.CAPTURING_PHASE ? 'down' : 'up'}`);
  }
};

beforeEach(() => {
  heard = [];
  document.body.innerHTML = '<section><button></button><input></section><p tabindex="0"></p>';
  end = keepKeys(document.querySelector('section') ?? document.body);
  document.addEventListener('keydown', notebook, true);
  document.addEventListener('keydown', notebook);
});

afterEach(() => {
  document.removeEventListener('keydown', notebook, true);
  document.removeEventListener('keydown', notebook);
  end();
});

function press(where: string, init: KeyboardEventInit): void {
  document.querySelector(where)?.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true, ...init }));
}

describe('while the view has the focus', () => {
  it('the notebook hears no single keys, whether it listens early or late', () => {
    press('button', { key: 'd' });
    press('button', { key: 'Enter', shiftKey: true });
    expect(heard).toEqual([]);
  });

  it('the notebook hears what is pressed with Ctrl or Command', () => {
    press('button', { key: 's', ctrlKey: true });
    press('button', { key: 'z', metaKey: true });
    expect(heard).toEqual(['s down', 's up', 'z down', 'z up']);
  });

  it('a text field keeps its own shortcuts', () => {
    press('input', { key: 'a', ctrlKey: true });
    expect(heard).toEqual([]);
  });

  it('a text field does not keep saving', () => {
    press('input', { key: 's', ctrlKey: true });
    expect(heard).toEqual(['s down', 's up']);
  });

  it('leaves nothing behind', async () => {
    press('button', { key: 'd' });
    await new Promise((later) => setTimeout(later));
    expect(document.querySelectorAll('[data-lm-suppress-shortcuts]')).toHaveLength(0);
  });
});

describe('elsewhere, and when the view is gone', () => {
  it('the notebook hears everything', () => {
    press('p', { key: 'd' });
    end();
    press('button', { key: 'd' });
    expect(heard).toEqual(['d down', 'd up', 'd down', 'd up']);
  });
});
