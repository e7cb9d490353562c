// Judging by hand in a real notebook: by keyboard alone, blind, into the store at once.

import type { Locator, Page } from '@playwright/test';
import { inEach } from '../support/hosts';
import { expect, test } from '../support/notebook';
import { expectAccessible } from '../support/axe';

inEach(() => {
  test('a vote is cast by keyboard alone and is in the store at once @smoke', async ({ notebook }) => {
    await notebook.open([
      '%load_ext routebook',
      '%%compare sim/small sim/large --name run\nWhat is 17 * 23?',
      'import routebook as rb\nprint(rb.load(run.run.id).votes[["winner", "blind"]].values.tolist())',
    ]);
    await notebook.run();
    await expect(notebook.output(2)).toContainText('[]');
    const { keyboard } = notebook.page;
    const view = notebook.view(1);
    await view.scrollIntoViewIfNeeded();
    await tabInto(notebook.page, view);
    await keyboard.press('2');
    await expect(view.locator('.rbv-judge')).toContainText(/said: large is better/);
    await notebook.screen('voted');
    await notebook.rerun(2);
    await expect(notebook.output(2)).toContainText("['b', False]");
  });

  test('a blind run is judged, opens, and was blind and in this order in the store', async ({ notebook }) => {
    await notebook.open([
      '%load_ext routebook',
      '%%compare sim/small sim/large --blind --name run\nWhat is 17 * 24?',
      'import routebook as rb\nprint(rb.load(run.run.id).votes[["winner", "blind", "shown"]].values.tolist())',
    ]);
    await notebook.run();
    const view = notebook.view(1);
    await expect(view.locator('.rbv-card')).toHaveCount(2);
    expect(await view.innerHTML()).not.toMatch(/sim\/|small|large|\$0|tok\/s/);
    await notebook.save();
    expect(JSON.stringify(notebook.saved(1))).not.toMatch(/sim\/(small|large)|"(small|large)"/);
    await notebook.screen('blind');
    await tabInto(notebook.page, view);
    await notebook.page.keyboard.press('1');
    await expect(view).toContainText('small');
    await expect(view).toContainText('large');
    await expect(view.locator('.rbv-card').nth(0)).toContainText('Answer A');
    await notebook.screen('blind-revealed');
    await notebook.save();
    expect(notebook.saved(1).votes).toMatchObject([{ kind: 'pair', winner: 'a', blind: true }]);
    const order = await view.locator('.rbv-card h4').evaluateAll((names) => names.map((name) => (name.textContent ?? '').split(' ')[0]));
    await notebook.rerun(2);
    await expect(notebook.output(2)).toContainText(`['a', True, ('sim/${order[0]}', 'sim/${order[1]}')]`);
  });

  test('an open run can be hidden in the page, shuffled, until it is judged', async ({ notebook }) => {
    await notebook.open(['%load_ext routebook', '%%compare sim/small sim/medium sim/large --name run\nWhat is 17 * 25?', '']);
    await notebook.start();
    await notebook.done(1);
    const view = notebook.view(1);
    await view.getByRole('button', { name: 'Blind' }).click();
    await expect(view.locator('.rbv-card').first()).toContainText('Answer A');
    expect(await view.locator('.rbv-card').evaluateAll((cards) => cards.map((card) => card.textContent).join())).not.toMatch(
      /small|medium|large|tok\/s/,
    );
    await notebook.screen('hidden-in-the-page');
    await tabInto(notebook.page, view);
    await notebook.page.keyboard.press('3');
    await expect(view.locator('.rbv-judge')).toContainText(/tie/);
    await expect(view.locator('.rbv-card').first()).toContainText(/small|medium|large/);
  });

  test('answers are rated from 1 to 5 with a note, by keyboard alone', async ({ notebook }) => {
    await notebook.open([
      '%load_ext routebook',
      '%%compare sim/small sim/large --name run\nWhat is 17 * 26?',
      'import routebook as rb\nprint(rb.load(run.run.id).votes[["rating", "note"]].values.tolist())',
    ]);
    await notebook.run();
    const view = notebook.view(1);
    const { keyboard } = notebook.page;
    await tabInto(notebook.page, view);
    await keyboard.press('r');
    await expect(view.locator('.rbv-judge')).toContainText('Rate small');
    await keyboard.press('m');
    const field = view.getByLabel('Note for the next vote');
    await expect(field).toBeFocused();
    await keyboard.type('Short, and 4 right');
    await keyboard.press('Enter');
    await expect(field).toHaveCount(0);
    await keyboard.press('4');
    await expect(view.locator('.rbv-judge')).toContainText('4 of 5');
    await notebook.screen('rated');
    await notebook.rerun(2);
    await expect(notebook.output(2)).toContainText("[4, 'Short, and 4 right']");
  });

  test('the whole of it is accessible, light and dark', async ({ notebook }) => {
    await notebook.open(['%load_ext routebook', '%%compare sim/small sim/large sim/reasoner --name run\nWhat is 17 * 27?']);
    await notebook.run();
    await expect(notebook.view(1).locator('.rbv-card')).toHaveCount(3);
    await expectAccessible(notebook.page, '.rbv');
    await notebook.screen('light');
    await notebook.dark();
    await expectAccessible(notebook.page, '.rbv');
    await notebook.screen('dark');
  });
});

/** Put the focus into the view with the keyboard, from the cell below it: from one above, Tab goes into its editor. */
async function tabInto(page: Page, view: Locator): Promise<void> {
  for (let presses = 0; presses < 20; presses++) {
    await page.keyboard.press('Escape'); // out of an editor, where Tab indents
    await page.keyboard.press('Shift+Tab');
    if (await view.evaluate((element) => element.contains(document.activeElement))) return;
  }
  throw new Error('the view cannot be reached by Shift+Tab');
}
