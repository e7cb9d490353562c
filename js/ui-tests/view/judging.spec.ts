// Judging in the view alone: keys, order, what is hidden, and what is sent.

import { blind, comparison } from '../support/comparison';
import { expect, test } from '../support/view';

const OPEN = comparison({ models: 3, prompts: 3 });

test('each key is one ballot, with what was hidden and the order shown', async ({ view, page }) => {
  await view.show(OPEN);
  await page.locator('.rbv-key').first().focus();
  for (const [key, winner] of [['1', 'a'], ['2', 'b'], ['3', 'tie'], ['4', 'both_bad']] as const) {
    await page.keyboard.press(key);
    await expect.poll(async () => (await view.asked()).at(-1)).toMatchObject({
      kind: 'vote',
      ballot: { kind: 'pair', winner, blind: false, prompt: OPEN.prompts[0]?.id, order: OPEN.prompts[0]?.answers.map(({ id }) => id) },
    });
  }
});

test('without a kernel nothing is sent, and why is said', async ({ view, page }) => {
  await page.evaluate(() => {
    window.harness.unavailable = 'Votes need a kernel: start one.';
  });
  await view.show(OPEN);
  await page.locator('.rbv-key').first().focus();
  await page.keyboard.press('1');

  await expect(page.locator('.rbv-judge')).toContainText('Votes need a kernel: start one.');
  expect(await view.asked()).toEqual([]);
});

test('a run hidden in the page is shuffled from prompt to prompt, and the same each time', async ({ view, page }) => {
  const many = comparison({ models: 4, prompts: 24 });
  await view.show(many);
  await page.getByRole('button', { name: 'Blind', exact: true }).click();
  const orders = new Set<string>();
  const order = () => page.locator('.rbv-card').evaluateAll((cards) => cards.map((card) => card.getAttribute('data-answer')?.slice(-1)).join(''));
  const first = await order();
  for (let prompt = 0; prompt < 24; prompt++) {
    orders.add(await order());
    expect(await page.locator('.rbv').innerHTML()).not.toMatch(/gpt-6|claude|nova-2|my-llama|tok\/s|\$0/);
    await page.locator('.rbv').focus();
    await page.keyboard.press('j');
    await expect(page.locator('.rbv-ask')).toContainText(`prompt ${Math.min(prompt + 2, 24)} of 24`);
  }
  expect(orders.size).toBeGreaterThan(6);
  for (let prompt = 23; prompt > 0; prompt--) {
    await page.keyboard.press('k');
    await expect(page.locator('.rbv-ask')).toContainText(`prompt ${prompt} of 24`);
  }
  await expect.poll(order).toBe(first);
});

test('a vote on a hidden prompt opens it, and no other', async ({ view, page }) => {
  await view.show(OPEN);
  await page.getByRole('button', { name: 'Blind', exact: true }).click();
  await page.locator('.rbv').focus();
  await page.keyboard.press('1');
  await expect(page.locator('.rbv-card')).toContainText([/gpt|claude|nova/, /gpt|claude|nova/, /gpt|claude|nova/]);
  await page.keyboard.press('j');
  await expect(page.locator('.rbv-ask')).toContainText('prompt 2 of 3');
  await expect(page.locator('.rbv')).not.toContainText(/gpt-6|claude|nova-2/);
  expect((await view.asked()).at(-1)).toMatchObject({ ballot: { blind: true } });
});

test('a vote on a blind run shows what the kernel opens', async ({ view, page }) => {
  await page.evaluate(([prompt, models]) => {
    window.harness.opens = { prompt, models };
  }, [{ ...OPEN.prompts[0]!, answers: OPEN.prompts[0]!.answers.map((one, index) => ({ ...one, label: `Answer ${'ABC'[index]}` })) }, OPEN.models] as const);
  await view.show(blind(OPEN));
  await page.locator('.rbv').focus();
  await page.keyboard.press('2');

  await expect(page.locator('.rbv-card').nth(0)).toContainText('gpt-6.1-terra Answer A');
  await expect(page.locator('.rbv-judge')).toContainText('claude-haiku-5-5 is better');
});
