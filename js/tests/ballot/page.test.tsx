// The page of a ballot as its reader meets it: by mouse and by keyboard, with a way back, and a file in the end.

import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Ballot, BallotFile } from '../../src/ballot/file';
import { Page } from '../../src/ballot/page';

const BALLOT: Ballot = {
  ballot: 'b'.repeat(32),
  key: '0'.repeat(64),
  title: 'Which is better?',
  voters: [],
  most: null,
  items: [0, 1, 2].map((number) => ({ id: String(number).repeat(16), prompt: number, a: 2 * number, b: 2 * number + 1 })),
};
const page = document.createElement('div');

const show = (facts: Partial<Ballot> = {}): Promise<void> =>
  act(() => { render(null, page); render(<Page ballot={{ ...BALLOT, ...facts }} />, page); });
const text = (): string => page.textContent;
function button(name: string): HTMLButtonElement {
  const found = [...page.querySelectorAll('button')].find((one) => one.textContent.includes(name));
  if (!found) throw new Error(`There is no button ${name}, only ${[...page.querySelectorAll('button')].map((one) => one.textContent).join(', ')}`);
  return found;
}
const click = (name: string): Promise<void> => act(() => { button(name).click(); });
const press = (key: string, where: Element = document.body): Promise<void> =>
  act(() => { where.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })); });
function field(): HTMLInputElement {
  const found = page.querySelector<HTMLInputElement>('main input');
  if (!found) throw new Error('There is nothing to write in.');
  return found;
}
const write = (words: string): Promise<void> =>
  act(() => {
    field().value = words;
    field().dispatchEvent(new Event('input', { bubbles: true }));
    field().dispatchEvent(new Event('change', { bubbles: true }));
  });
async function begin(name = 'Ada'): Promise<void> {
  await write(name);
  await click('Begin');
}
const pressed = (): (string | null)[] =>
  [...page.querySelectorAll('.rbb-choices button')].map((one) => one.getAttribute('aria-pressed'));
/** The file as it would be handed in. */
const file = (): BallotFile => JSON.parse(page.querySelector('textarea')?.value ?? '') as BallotFile;

beforeEach(() => {
  window.scrollTo = () => undefined;
  document.body.append(page);
  const template = (id: string, html: string): void => {
    const made = document.createElement('template');
    made.id = id;
    made.innerHTML = html;
    document.body.append(made);
  };
  for (const number of [0, 1, 2]) template(`p${number}`, `<div class="rbb-q">Question ${number}</div>`);
  for (const number of [0, 1, 2, 3, 4, 5]) template(`t${number}`, `<p>Answer <em>${number}</em></p>`);
});
afterEach(async () => {
  await act(() => { render(null, page); });
  document.body.replaceChildren();
  localStorage.clear();
  vi.unstubAllGlobals();
});

describe('the welcome', () => {
  it('says how many pairs there are, and asks for a name', async () => {
    await show();
    expect(text()).toContain('3 pairs of answers');
    expect(page.querySelector('label')?.textContent).toContain('Your name');
    await write('   ');
    await click('Begin');
    expect(page.querySelector('.rbb-pair')).toBeNull();
    expect(page.querySelector('[role=alert]')?.textContent).toBe('Say who you are first.');
    expect(document.activeElement).toBe(field());
    await write('Ada');
    expect(page.querySelector('[role=alert]')).toBeNull();
    await press('Enter', field());
    expect(page.querySelector('.rbb-pair')).not.toBeNull();
  });

  it('lets one choose where it is known who votes', async () => {
    await show({ voters: ['Ada', 'Grace'] });
    const select = page.querySelector('select');
    expect([...(select?.options ?? [])].map(({ text }) => text)).toEqual(['Choose …', 'Ada', 'Grace']);
    await act(() => {
      if (!select) return;
      select.value = 'Grace';
      select.dispatchEvent(new Event('change', { bubbles: true }));
    });
    await click('Begin');
    expect(page.querySelector('.rbb-who')?.textContent).toBe('Grace');
  });

  it('lets one go on where one was', async () => {
    await show();
    await begin();
    await press('1');
    await show();
    expect(text()).toContain('Welcome back, Ada: you have judged 1 of 3 pairs');
    await click('Go on');
    expect(text()).toContain('2 of 3');
  });

  it('warns somebody else that votes would be lost', async () => {
    await show();
    await begin();
    await press('1');
    await show();
    await click('somebody else');
    expect(text()).toContain('Ada’s 1 vote in this browser is not saved as a file');
    await click('Keep');
    expect(text()).toContain('Welcome back');
    await click('somebody else');
    await begin('Grace');
    expect(text()).toContain('1 of 3');
    expect(page.querySelector('.rbb-who')?.textContent).toBe('Grace');
  });
});

describe('a pair', () => {
  beforeEach(async () => {
    await show();
    await begin();
  });

  it('shows the prompt and both answers, as A and B', () => {
    const prompt = Number(page.querySelector('.rbb-q')?.textContent.replace('Question ', ''));
    const sides = [...page.querySelectorAll('article')].map((one) => one.textContent);
    expect(sides).toEqual([`AAnswer ${2 * prompt}`, `BAnswer ${2 * prompt + 1}`]);
    expect(page.querySelectorAll('article em')).toHaveLength(2);
  });

  it.each([['A is better', 0], ['B is better', 1], ['Tie', 2], ['Both bad', 3]] as const)('takes %s by mouse', async (name, place) => {
    await click(name);
    expect(text()).toContain('2 of 3');
    await click('Back');
    expect(pressed().indexOf('true')).toBe(place);
  });

  it.each([['1', 'a'], ['2', 'b'], ['3', 'tie'], ['4', 'both_bad']])('takes the key %s as %s', async (key, winner) => {
    await press(key);
    await press('j');
    await press('ArrowRight');
    expect(file().votes.map((vote) => vote.winner)).toEqual([winner]);
  });

  it('is found again by the arrow back, and can be voted on anew', async () => {
    await press('1');
    await press('ArrowLeft');
    await press('2');
    expect(pressed()).toEqual(['false', 'true', 'false', 'false']);
    expect(text()).toContain('1 of 3');
    await press('k');
    expect(text()).toContain('1 of 3');
  });

  it('takes a note, in which keys are letters', async () => {
    await press('m');
    expect(document.activeElement).toBe(field());
    await press('1', field());
    expect(pressed()).not.toContain('true');
    await write('because');
    await press('Enter', field());
    expect(document.activeElement).not.toBe(field());
    await press('1');
    await press('k');
    expect(field().value).toBe('because');
    await press('j');
    expect(field().value).toBe('');
  });

  it('leaves single keys alone when they are switched off', async () => {
    await click('Keys');
    await press('1');
    expect(text()).toContain('1 of 3');
    expect(page.querySelector('kbd')).toBeNull();
  });

  it('is read from its top, by a screen reader too', async () => {
    await press('1');
    expect(document.activeElement).toBe(page.querySelector('main'));
    expect(page.querySelector('[role=status]')?.textContent).toBe('2 of 3');
  });
});

describe('the end', () => {
  it('thanks who has judged all, and hands out the file', async () => {
    await show();
    await begin();
    for (const key of ['1', '2', '3']) await press(key);
    expect(text()).toContain('Thank you, Ada: you have judged all 3 pairs');
    expect(file()).toMatchObject({ kind: 'ballot', voter: 'Ada', ballot: BALLOT.ballot, asked: 3 });
    expect(file().signature).toMatch(/^[0-9a-f]{64}$/);
  });

  it('leads to what is left', async () => {
    await show();
    await begin();
    for (const key of ['1', 'j', '2']) await press(key);
    expect(text()).toContain('you have judged 2 of 3 pairs');
    await click('Go to the one that is left');
    expect(text()).toContain('2 of 3');
  });

  it('saves nothing where nothing was said', async () => {
    await show();
    await begin();
    for (const key of ['j', 'j', 'j']) await press(key);
    expect([...page.querySelectorAll('button')].map((one) => one.textContent)).toEqual(['Go to the first of the 3 that are left']);
  });

  it('saves a file under a name that says whose it is', async () => {
    const saved: string[] = [];
    const made: Blob[] = [];
    Object.assign(URL, { createObjectURL: (blob: Blob) => `blob:${made.push(blob)}` });
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
      saved.push(`${this.href} ${this.download}`);
    });
    await show();
    await begin();
    for (const key of ['1', '2', '3']) await press(key);
    await click('Save my votes');
    expect(saved).toEqual(['blob:1 ballot-which-is-better-ada.json']);
    expect(made[0]?.size).toBe(new Blob([page.querySelector('textarea')?.value ?? '']).size);
    expect(text()).toContain('Saved as ballot-which-is-better-ada.json');
  });

  it('lets a name be mended, which is another file', async () => {
    await show();
    await begin('Adda');
    for (const key of ['1', '2', '3']) await press(key);
    const before = file();
    await write('Ada');
    expect(file().voter).toBe('Ada');
    expect(file().token).toBe(before.token);
    expect(file().signature).not.toBe(before.signature);
  });

  it('has the votes as a text where nothing can be saved', async () => {
    const copied: string[] = [];
    vi.stubGlobal('navigator', { clipboard: { writeText: (words: string) => Promise.resolve(copied.push(words)) } });
    await show();
    await begin();
    for (const key of ['1', '2', '3']) await press(key);
    await click('Copy');
    expect(copied).toEqual([page.querySelector('textarea')?.value]);
    await vi.waitFor(() => { expect(text()).toContain('Copied.'); });
  });
});

it('says so when the browser keeps nothing, and holds back who would leave', async () => {
  const refuse = (): never => { throw new DOMException('', 'SecurityError'); };
  vi.stubGlobal('localStorage', { getItem: refuse, setItem: refuse, clear: () => undefined });
  await show();
  await begin();
  expect(text()).toContain('save your votes before you close it');
  const leave = (): boolean => window.dispatchEvent(new Event('beforeunload', { cancelable: true }));
  expect(leave()).toBe(true);
  await press('1');
  expect(leave()).toBe(false);
});
