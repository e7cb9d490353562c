// The hostile corpus where it would hurt: in JupyterLab's and Notebook 7's own page, streamed by a kernel and saved untrusted.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMPARISON_MIME } from '../../src/messages';
import { answer, comparison } from '../support/comparison';
import { CORPUS, SHORT } from '../support/corpus';
import { inEach } from '../support/hosts';
import { alive } from '../support/inert';
import { code, expect, test } from '../support/notebook';
import { PYTHON, REPOSITORY } from '../support/where';

inEach(() => {
  test('streamed by a kernel, into the widget and the renderer', async ({ notebook }) => {
    await notebook.open([
      '%load_ext routebook\nimport routebook as rb\nfrom tests.support.hostile import corpus',
      'run = rb.compare(list(corpus()), models=["stage/hostile-1", "stage/hostile-2"], cache=False)',
      'run',
    ]);
    await notebook.run();
    const view = notebook.view(2);
    await expect(view.locator('.rbv-card')).toHaveCount(2);
    const list = view.getByRole('listbox', { name: 'Prompts' });
    await list.focus();
    for (let prompt = 0; prompt < CORPUS.length; prompt++) {
      expect(await alive(view.locator('.rbv-row').first())).toEqual([]);
      await notebook.page.keyboard.press('ArrowDown');
    }
    await notebook.screen('hostile');
    await notebook.save();
    await notebook.reopen();
    await expect(view.locator('.rbv-card')).toHaveCount(2);
    await notebook.watch.expectSilence();
  });

  test('saved in a notebook that is not trusted, with static HTML beside it', async ({ notebook }) => {
    const shown = comparison({ models: 1, prompts: SHORT.length });
    shown.prompts.forEach((prompt, index) => {
      const name = SHORT[index]?.name ?? '';
      const text = whole(SHORT[index]?.text ?? '');
      Object.assign(prompt, { text: name, system: text, answers: [answer(`h${index}`, 0, text, { reasoning: text })] });
    });
    const html = staticHtml();
    await notebook.open([
      code('ours', [{ output_type: 'display_data', data: { [COMPARISON_MIME]: shown, 'text/html': html, 'text/plain': 'plain' }, metadata: {} }]),
      code('static', [{ output_type: 'display_data', data: { 'text/html': html }, metadata: {} }]),
    ]);
    await expect(notebook.output(1)).toContainText('gpt-6.1-terra');
    const view = notebook.view(0);
    await expect(view.locator('.rbv-card')).toHaveCount(1);
    const list = view.getByRole('listbox', { name: 'Prompts' });
    await list.focus();
    for (let prompt = 0; prompt < SHORT.length; prompt++) {
      expect(await alive(view.locator('.rbv-row').first()), SHORT[prompt]?.name).toEqual([]);
      await notebook.page.keyboard.press('ArrowDown');
    }
    expect(await alive(notebook.output(1).locator('.rb').first())).toEqual([]);
    await notebook.watch.expectSilence();
  });

  test('mathematics is typeset by the host, and does nothing else', async ({ notebook }) => {
    const formulas = CORPUS.filter(({ name }) => name.startsWith('mathematics'));
    const shown = comparison({ models: formulas.length + 1, text: (_prompt, index) => formulas[index]?.text ?? 'It is $x^2$.' });
    await notebook.open([code('m', [{ output_type: 'display_data', data: { [COMPARISON_MIME]: shown, 'text/plain': '' }, metadata: {} }])]);
    await expect(notebook.view(0).locator('mjx-container, .MathJax').first()).toBeAttached();
    await notebook.screen('mathematics');
    for (const link of await notebook.view(0).locator('a').all()) {
      expect(await link.getAttribute('href') ?? '').not.toMatch(/^(javascript|data):/i);
    }
    expect(await notebook.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth + 1)).toBe(true);
    await notebook.watch.expectSilence();
  });
});

/** What Python leaves beside it, for those who do not have our renderer. */
function staticHtml(): string {
  const folder = mkdtempSync(join(tmpdir(), 'routebook-pages-'));
  try {
    execFileSync(PYTHON, ['-m', 'tests.support.hostile_pages', folder], { cwd: REPOSITORY });
    return readFileSync(join(folder, 'outputs.html'), 'utf8');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Without half pairs of surrogates: Jupyter's server can neither read nor write them. */
const whole = (text: string): string => text.replace(/\p{Cs}/gu, '\ufffd');
