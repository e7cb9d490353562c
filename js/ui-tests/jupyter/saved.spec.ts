// What is saved: the same interactive view without a kernel, readable where nothing is trusted, quick when it is large.

import { COMPARISON_MIME } from '../../src/messages';
import { expectAccessible } from '../support/axe';
import { comparison } from '../support/comparison';
import { inEach } from '../support/hosts';
import { code, expect, test, type Notebook, type Output } from '../support/notebook';

const output = (shown: object, html = '<p>static</p>'): Output => ({
  output_type: 'display_data',
  data: { [COMPARISON_MIME]: shown, 'text/html': html, 'text/plain': 'plain' } as Record<string, unknown>,
  metadata: {},
});

inEach((host) => {
  test('reopened without a kernel it is the same view, and votes say what they need @smoke', async ({ notebook }) => {
    await notebook.open(['%load_ext routebook', '%%compare sim/small sim/large --name run\nSay something about the sea.']);
    await notebook.run();
    const before = await notebook.view(1).locator('.rbv-text').allTextContents();
    await notebook.save();
    await notebook.noKernel();
    await notebook.reopen();
    await notebook.noKernel();
    const view = notebook.view(1);
    await expect(view.locator('.rbv-text')).toHaveText(before);
    await view.getByRole('button', { name: 'Diff' }).click();
    await expect(view.locator('ins, del').first()).toBeVisible();
    await notebook.screen('diff');
    await view.getByRole('button', { name: 'Table' }).click();
    await expect(view.getByRole('table')).toContainText('sim/large');
    await notebook.screen('table');
    await view.getByRole('button', { name: 'Answers' }).click();
    await expect(view).toContainText(/kernel/i);
    await view.locator('.rbv-key').first().click({ force: true });
    await expect(view.locator('.rbv-judge')).not.toContainText('said:');
    await notebook.screen('without-a-kernel');
  });

  test('reopened with a fresh kernel, a vote goes to the store once the package is loaded', async ({ notebook }) => {
    await notebook.open([
      '%load_ext routebook',
      '%%compare sim/small sim/large --name run\nSay something about the moon.',
      'import routebook as rb\nprint(rb.load("RUN").votes["winner"].tolist())',
    ]);
    await notebook.start();
    await notebook.done(1);
    await notebook.save();
    const run = notebook.saved(1).run.id;
    const cells = notebook.read().cells.map((cell) => ({ ...cell, source: String(cell.source).replace('RUN', run) }));
    await notebook.noKernel();
    notebook.write(cells);
    await notebook.reopen();
    const view = notebook.view(1);
    await view.locator('.rbv-key').first().click();
    await expect(notebook.output(1)).toContainText(/load_ext routebook/);
    await notebook.screen('package-not-loaded');
    await notebook.rerun(0);
    await notebook.done(0);
    await view.locator('.rbv-key').first().click();
    await expect(view.locator('.rbv-judge')).toContainText('said: small is better');
    await notebook.rerun(2);
    await expect(notebook.output(2)).toContainText("['a']");
  });

  test('in a notebook that is not trusted the cards are readable and nothing runs @smoke', async ({ notebook }) => {
    const shown = comparison({ text: (_prompt, model) => `**answer ${model}** <img src=x onerror=top.__pwned=1>` });
    await notebook.open([
      code('1', [output(shown, '<script>top.__pwned=1</script><p>static</p>')]),
      code('2', [{ output_type: 'display_data', data: { 'text/html': '<script>top.__pwned=1</script><p>only html</p>' }, metadata: {} }]),
    ]);
    await expect(notebook.view(0).locator('.rbv-card')).toHaveCount(4);
    await expect(notebook.view(0).locator('.rbv-card').nth(2)).toContainText('answer 2 <img src=x onerror=top.__pwned=1>');
    await expect(notebook.output(1)).toContainText('only html');
    await notebook.screen('untrusted');
    await notebook.watch.expectSilence();
  });

  test('without this package\'s extension an untrusted notebook shows the complete HTML', async ({ notebook }) => {
    await notebook.open(['%load_ext routebook', '%%compare sim/small sim/large --name run\nSay something about the rain.']);
    await notebook.run();
    await notebook.save();
    const saved = notebook.saved(1);
    const cells = notebook.read().cells;
    for (const one of cells[1]?.outputs ?? []) delete one.data?.[COMPARISON_MIME];
    notebook.write(cells, 'html.ipynb');
    await notebook.reopen('html.ipynb');
    for (const answer of saved.prompts[0]?.answers ?? []) {
      await expect(notebook.output(1)).toContainText((answer.text ?? '-').split(/[\n*#`]/)[0] ?? '-');
    }
    await notebook.screen('untrusted-html');
    const [first, second] = await notebook.output(1).locator('td:has(> h4), td:has(h4)').evaluateAll((cards) =>
      cards.map((card) => ({ top: card.querySelector('h4')?.getBoundingClientRect().top, align: getComputedStyle(card).textAlign })),
    );
    expect(first?.align).not.toBe('right');
    expect(first?.top).toBe(second?.top);
    await notebook.watch.expectSilence();
  });

  test('a notebook of 1,000 prompts and 4 models opens, is gone through, and filtered', async ({ notebook }) => {
    await notebook.open([code('run', [output(comparison({ prompts: 1_000 }))]), code('')]);
    const view = notebook.view(0);
    await expect(view.locator('.rbv-card')).toHaveCount(4);
    const list = view.getByRole('listbox', { name: 'Prompts' });
    await list.focus();
    await notebook.page.keyboard.press('End');
    await expect(view).toContainText('Question number 1000');
    expect(await list.getByRole('option').count()).toBeLessThan(60);
    await view.getByRole('searchbox').fill('number 1000:');
    await expect(list.getByRole('option')).toHaveCount(1);
    await notebook.screen('thousand');
    await expectAccessible(notebook.page, '.rbv');
  });

  test('in a narrow window the cards stand under each other', async ({ notebook }) => {
    await notebook.page.setViewportSize({ width: 480, height: 900 });
    await notebook.open([code('run', [output(comparison())])]);
    if (host === 'lab') await notebook.execute('application:toggle-left-area');
    await narrowed(notebook);
    await notebook.screen('narrow');
  });

  test('a damaged comparison says so in one line', async ({ notebook }) => {
    await notebook.open([code('run', [output({ routebook: 1, run: 'x' })]), code('run', [output({ routebook: 99 })])]);
    await expect(notebook.output(0)).toContainText(/\w/);
    await expect(notebook.output(1)).toContainText(/newer|version|99/i);
    await notebook.screen('damaged');
  });
});

async function narrowed(notebook: Notebook): Promise<void> {
  const cards = notebook.view(0).locator('.rbv-card');
  await expect(cards).toHaveCount(4);
  await expect(async () => {
    const lefts = await cards.evaluateAll((all) => all.map((card) => Math.round(card.getBoundingClientRect().left)));
    expect(new Set(lefts).size).toBe(1);
  }).toPass();
}
