// A thousand prompts: gone through by keyboard, filtered, and never more rows in the page than can be seen.

import type { Page } from '@playwright/test';
import { expectAccessible } from '../support/axe';
import { comparison } from '../support/comparison';
import { expect, test } from '../support/view';
import { SCREENS } from '../support/where';

const THOUSAND = comparison({
  prompts: 1_000,
  text: (prompt, model) => (prompt % 10 ? `It is **${prompt * (prompt + 3)}**.` : `It is ${prompt + model}.`),
  each: (prompt, model) => ({
    ...(prompt % 50 === 7 && model === 1 ? { phase: 'failed' as const, text: '', failure: { kind: 'rate_limit', message: 'Too many requests.' } } : {}),
    latency_s: 1 + ((prompt * 7) % 13),
    list_usd: (1 + ((prompt * 3) % 17) + model) / 1000,
  }),
});

const list = (page: Page) => page.getByRole('listbox', { name: 'Prompts' });
const rows = (page: Page) => list(page).getByRole('option');

test('a thousand prompts are gone through by keyboard @smoke', async ({ view, page }) => {
  await view.show(THOUSAND);
  await page.screenshot({ path: `${SCREENS}/view-thousand.png` });
  expect(await rows(page).count()).toBeLessThan(60);
  await list(page).focus();
  for (const [key, number] of [['ArrowDown', 2], ['End', 1_000], ['ArrowUp', 999], ['Home', 1]] as const) {
    await page.keyboard.press(key);
    await expect(rows(page).and(page.locator('[aria-selected=true]'))).toContainText(String(number));
    await expect(page.locator('.rbv-ask')).toContainText(number === 1 ? 'longest run' : `Question number ${number}:`);
  }
  await page.keyboard.press('PageDown');
  await expect(rows(page).and(page.locator('[aria-selected=true]'))).not.toContainText(/^1 /);
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  await expectAccessible(page, '.rbv');
  expect(view.watch.errors).toEqual([]);
});

test('scrolling draws the rows in sight and no others', async ({ view, page }) => {
  await view.show(THOUSAND);
  await list(page).evaluate((element) => {
    element.scrollTop = element.scrollHeight / 2;
  });
  await expect(rows(page).first()).toContainText(/(4|5)\d\d/);
  expect(await rows(page).count()).toBeLessThan(60);
});

test('prompts are filtered by words, tag, errors, disagreement, and ordered by time and cost', async ({ view, page }) => {
  await view.show(THOUSAND);
  const found = page.locator('.rbv-found');
  await page.getByLabel('Which prompts').selectOption('with errors');
  await expect(found).toContainText('20 of 1,000');
  await page.getByLabel('Which prompts').selectOption('answers disagree');
  await expect(found).toContainText(/of 1,000/);
  await page.screenshot({ path: `${SCREENS}/view-filtered.png` });
  await page.getByLabel('Which prompts').selectOption('all prompts');
  await page.getByLabel('Tag').selectOption('coding');
  await expect(found).toContainText('334 of 1,000');
  await page.getByLabel('Tag').selectOption('any tag');
  await page.getByLabel('Order', { exact: true }).selectOption('slowest first');
  await expect(rows(page)).not.toHaveCount(0);
  await page.getByLabel('Find in prompts').fill('number 500:');
  await expect(rows(page)).toHaveCount(1);
  await page.getByLabel('Find in prompts').fill('nothing like this');
  await expect(list(page)).toContainText('No prompt is like that.');
});

test('a list of prompts in a narrow window leaves room for the answers', async ({ view, page }) => {
  await page.setViewportSize({ width: 400, height: 900 });
  await view.show(THOUSAND);
  await page.screenshot({ path: `${SCREENS}/view-thousand-narrow.png` });

  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400);
  expect((await page.locator('.rbv-card').first().boundingBox())?.width).toBeGreaterThan(250);
});
