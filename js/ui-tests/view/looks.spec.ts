// How the view looks and reads: light and dark, wide and narrow, each of its faces; axe finds nothing serious in any.

import type { Locator, Page } from '@playwright/test';
import { expectAccessible } from '../support/axe';
import { blind, comparison, TEXT } from '../support/comparison';
import { expect, test } from '../support/view';
import { SCREENS } from '../support/where';

const OPEN = comparison({
  text: (_prompt, model) => [TEXT, TEXT.replace('**once**', '**twice**').replace('empty', 'an empty list'), 'Use `groupby`: it is there for that.', ''][model] ?? '',
  each: (_prompt, model) =>
    [
      {
        reasoning: 'One pass over the list is enough.',
        scores: [
          { name: 'exact', value: 1 },
          { name: 'is_right', value: null, note: "KeyError: 'x'" },
          { name: 'sim/judge', value: 0.5, n: 2, won: 1, tied: 0, note: 'It is shorter.' },
          { name: 'contains', value: 0 },
        ],
      },
      { badges: [{ text: 'cached, asked 2 days ago' }], usd: 0 },
      { finish: 'length', badges: [{ text: 'cut at the token limit', kind: 'warning' as const, title: 'Ask for more.' }] },
      {
        phase: 'failed' as const,
        text: '',
        tries: 3,
        usd: null,
        list_usd: null,
        ttft_s: null,
        input_tokens: null,
        output_tokens: null,
        latency_s: null,
        tokens_per_s: null,
        failure: { kind: 'connection', message: 'No server at localhost:11434', hint: 'Start it with `ollama serve`.' },
      },
    ][model] ?? {},
});

/** Each face of the view: how to get there, and what then is to be seen. */
const FACES: Record<string, (view: Locator, page: Page) => Promise<void>> = {
  answers: async (view) => {
    await expect(view.locator('.rbv-card')).toHaveCount(4);
    await expect(view.locator('.rbv-judged')).toHaveText('judgedexact 1.00is_right: no scorecontains 0.00+1');
  },
  diff: async (view) => {
    await view.getByRole('button', { name: 'Diff', exact: true }).click();
    await expect(view.locator('ins, del').first()).toBeVisible();
  },
  table: async (view) => {
    await view.getByRole('button', { name: 'Table', exact: true }).click();
    await expect(view.getByRole('table').first()).toBeVisible();
  },
  blind: async (view) => {
    await view.getByRole('button', { name: 'Blind', exact: true }).click();
    await expect(view).not.toContainText('gpt-6.1-terra');
  },
  judging: async (view, page) => {
    await view.locator('.rbv-key').first().focus();
    await page.keyboard.press('2');
    await expect(view.locator('.rbv-judge')).toContainText('said: claude-haiku-5-5 is better');
  },
  request: async (view, page) => {
    await view.getByRole('button', { name: 'Request' }).first().click();
    await expect(page.getByRole('dialog')).toBeVisible();
  },
  menu: async (view, page) => {
    await view.getByRole('button', { name: 'More' }).click();
    await expect(page.locator('.rbv-menu')).toBeVisible();
  },
};

for (const scheme of ['light', 'dark'] as const) {
  for (const [face, go] of Object.entries(FACES)) {
    test(`${face} in ${scheme} is accessible${face === 'answers' ? ' @smoke' : ''}`, async ({ view, page }) => {
      await page.emulateMedia({ colorScheme: scheme });
      await view.show(OPEN);
      await go(page.locator('.rbv'), page);
      await page.screenshot({ path: `${SCREENS}/view-${face}-${scheme}.png`, fullPage: true });
      await expectAccessible(page, '.rbv');
      expect(view.watch.errors).toEqual([]);
    });
  }
}

for (const width of [320, 480, 760]) {
  test(`in a window of ${width} pixels nothing is cut off or pushed out`, async ({ view, page }) => {
    await page.setViewportSize({ width, height: 900 });
    await view.show(OPEN);
    await page.screenshot({ path: `${SCREENS}/view-narrow-${width}.png`, fullPage: true });

    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    expect(await page.locator('.rbv').evaluate(cutOff)).toEqual([]);
  });
}

test('eight models stand in two rows of four', async ({ view, page }) => {
  await view.show(comparison({ models: 8 }));
  await page.screenshot({ path: `${SCREENS}/view-eight.png`, fullPage: true });
  const tops = await page.locator('.rbv-card').evaluateAll((cards) => cards.map((card) => card.getBoundingClientRect().top));

  expect(new Set(tops).size).toBe(2);
});

test('a run that is blind has no name, time or cost anywhere in the page', async ({ view, page }) => {
  await view.show(blind(OPEN));
  await page.screenshot({ path: `${SCREENS}/view-blind-run.png`, fullPage: true });
  await expect(page.locator('.rbv-card')).toHaveCount(4);
  const html = await page.locator('.rbv').innerHTML();

  expect(html).not.toMatch(/gpt|claude|nova|llama|anthropic|openai|bedrock|\$\d|tok\/s|\d s\b/);
  await expectAccessible(page, '.rbv');
});

/** Words of ours that are cut off by their own box, or lie outside the view. */
function cutOff(view: Element): string[] {
  const found: string[] = [];
  const edge = view.getBoundingClientRect();
  for (const element of view.querySelectorAll('button, h4, .rbv-facts *, .rbv-top *, summary, label')) {
    const box = element.getBoundingClientRect();
    if (!box.width || element.closest('.rbv-said, .rbv-body')) continue;
    if (box.right > edge.right + 1 || box.left < edge.left - 1) found.push(`${element.className} ${element.textContent}: outside`);
    const { overflowX, textOverflow } = getComputedStyle(element);
    if (element.scrollWidth > element.clientWidth + 1 && element.clientWidth && overflowX === 'hidden' && textOverflow !== 'ellipsis')
      found.push(`${element.className} ${element.textContent}: cut off`);
  }
  return found;
}
