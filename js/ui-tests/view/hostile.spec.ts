// Every hostile answer in the view, in every field that came from outside: nothing runs, is fetched, or leaves its place.

import type { Locator } from '@playwright/test';
import type { Comparison } from '../../src/messages';
import { answer, comparison, model } from '../support/comparison';
import { HUGE, SHORT } from '../support/corpus';
import { alive } from '../support/inert';
import { expect, test, type ViewPage } from '../support/view';
import { SCREENS } from '../support/where';

/** A comparison in which this text is everything that could come from outside. */
function everywhere(text: string, run: string): Comparison {
  const plain = comparison({ models: 2, prompts: 2 });
  const failure = { kind: text, message: text, hint: text };
  const badges = [{ text, title: text, kind: 'warning' as const }];
  return {
    ...plain,
    run: { ...plain.run, id: run, name: text, tags: [text, text], settings: { [text]: text }, quoted: text },
    notes: [text],
    models: [
      { ...model(0), id: `a/${text}`, name: text, host: text, vendor: text },
      { ...model(1), id: `b/${text}`, name: text },
    ],
    prompts: [
      {
        id: '1', number: 1, text, system: text, earlier: [{ role: text, text }], tags: [text], images: [{ name: text, bytes: 3 }],
        answers: [
          answer('1a', 0, text, { reasoning: text, badges, host: text, price: text, finish: text, request_id: text, served_model: text }),
          answer('1b', 1, `${text} and more`, { failure, phase: 'failed', badges }),
        ],
      },
      { id: '2', number: 2, text, answers: [answer('2a', 0, text), answer('2b', 1, `${text}!`)] },
    ],
    votes: [{ kind: 'rating', id: text, by: text, at: text, prompt: '2', blind: false, order: ['2a', '2b'], answer: '2a', rating: 3, note: text }],
  };
}

const FACES: ((shown: Locator) => Promise<void>)[] = [
  async (shown) => {
    for (const one of await shown.locator('details').all()) await one.evaluate((details: HTMLDetailsElement) => (details.open = true));
  },
  (shown) => shown.getByRole('button', { name: 'Diff', exact: true }).click(),
  (shown) => shown.getByRole('button', { name: 'Table', exact: true }).click(),
];

async function expectInert(view: ViewPage, shown: Locator, name: string): Promise<void> {
  expect(await alive(shown), name).toEqual([]);
  await view.watch.expectSilence();
  expect(view.watch.errors, name).toEqual([]);
}

test('each is inert in every field and on every face @smoke', async ({ view, page }) => {
  test.setTimeout(120_000);
  const shown = page.locator('.rbv');
  for (const [index, { name, text }] of SHORT.entries()) {
    await view.show(everywhere(text, index.toString(16).padStart(32, '0')));
    for (const turn of FACES) {
      await turn(shown);
      expect(await alive(shown), name).toEqual([]);
    }
    await expectInert(view, shown, name);
  }
});

test('all of them beside each other are inert', async ({ view, page }) => {
  await view.show(comparison({ models: SHORT.length, text: (_prompt, index) => SHORT[index]?.text ?? '' }));
  await page.screenshot({ path: `${SCREENS}/view-hostile.png`, fullPage: true });
  await expect(page.locator('.rbv-card')).toHaveCount(SHORT.length);
  await expectInert(view, page.locator('.rbv'), 'all');
});

test('each is inert while it streams in, cut anywhere', async ({ view, page }) => {
  const open = comparison({ models: SHORT.length, text: () => '', each: () => ({ phase: 'streaming', text: '' }) });
  open.run.status = 'running';
  await view.show(open, 0);
  const pieces = 30;
  for (let piece = 0; piece < pieces; piece++) {
    const changes = SHORT.map(({ text }, index) => {
      const [from, to] = [piece, piece + 1].map((at) => Math.floor((at * text.length) / pieces));
      return { answer: `0000000000000001-${index}`, text: text.slice(from, to) };
    });
    expect(await view.apply({ kind: 'changes', seq: piece + 1, changes })).toBe('ok');
    await expectInert(view, page.locator('.rbv'), `piece ${piece}`);
  }
});

for (const { name, text } of HUGE) {
  test(`a huge one leaves the page usable: ${name}`, async ({ view, page }) => {
    const shown = page.locator('.rbv');
    await view.show(comparison({ models: 2, text: (_prompt, index) => (index ? 'short' : text) }));
    await expect(shown.locator('.rbv-card').nth(1)).toContainText('short');
    await shown.getByRole('button', { name: 'Diff', exact: true }).click();
    await shown.getByRole('button', { name: 'Answers', exact: true }).click();
    await expect(shown.locator('.rbv-card')).toHaveCount(2);

    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth + 1)).toBe(true);
    await view.watch.expectSilence();
    expect(view.watch.errors).toEqual([]);
  });
}

test('an answer is copied as it was written', async ({ view, page, context }) => {
  const text = 'one\u202e <b>two</b> **three**';
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.evaluate(() => {
    Object.assign(navigator.clipboard, { writeText: (words: string) => Promise.resolve(Object.assign(window, { copied: words })) });
  });
  await view.show(comparison({ models: 1, text: () => text }));
  await page.getByRole('button', { name: 'Copy' }).click();

  await expect.poll(() => page.evaluate(() => (window as { copied?: string }).copied)).toBe(text);
});
