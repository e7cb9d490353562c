// A text on the clipboard, with and without the page's right to write there.

import { afterEach, describe, expect, it } from 'vitest';
import { copy } from '../../src/view/copy';

// What jsdom does not have: the clipboard, by either way.
let written: string[] = [];
let inside: (Element | null | undefined)[] = [];
const secure = (writeText: (text: string) => Promise<void>): void => {
  Object.defineProperty(navigator, 'clipboard', { value: { writeText }, configurable: true });
};
Object.assign(document, {
  execCommand: () => {
    const area = document.activeElement;
    if (!(area instanceof HTMLTextAreaElement)) return false;
    inside.push(area.parentElement);
    written.push(area.value.slice(area.selectionStart, area.selectionEnd));
    return true;
  },
});
afterEach(() => {
  Reflect.deleteProperty(navigator, 'clipboard');
  document.body.replaceChildren();
  written = [];
  inside = [];
});

describe('a text to copy', () => {
  it('is written to the clipboard where the page may', async () => {
    secure((text) => {
      written.push(text);
      return Promise.resolve();
    });
    expect(await copy('one\ntwo')).toBe(true);
    expect(written).toEqual(['one\ntwo']);
    expect(inside).toEqual([]);
  });

  it('is copied by selection where there is no clipboard or it is refused, and the focus comes back', async () => {
    document.body.innerHTML = '<button>Copy</button>';
    const button = document.body.querySelector('button');
    button?.focus();
    expect(await copy('all of it')).toBe(true);
    secure(() => Promise.reject(new Error('not allowed')));
    expect(await copy('again')).toBe(true);
    expect(written).toEqual(['all of it', 'again']);
    expect(document.activeElement).toBe(button);
    expect(document.querySelector('textarea')).toBeNull();
  });

  it('is selected within the dialog it is in: what lies behind cannot have the focus', async () => {
    document.body.innerHTML = '<dialog open><button>Copy</button></dialog>';
    document.body.querySelector('button')?.focus();
    expect(await copy('the request')).toBe(true);
    expect(inside).toEqual([document.querySelector('dialog')]);
  });
});
