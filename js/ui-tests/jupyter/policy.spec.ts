// A policy made by hand in a real notebook: chosen under the answers, read as sentences, saved beside the notebook.

import { existsSync, readFileSync } from 'node:fs';
import { expectAccessible } from '../support/axe';
import { inEach } from '../support/hosts';
import { expect, test } from '../support/notebook';

const COMPARE = [
  '%load_ext routebook',
  '%%compare sim/small sim/large --tag arithmetic --name run\nWhat is 17 * 23?',
  'print(run.policy)',
];

inEach(() => {
  test('models are chosen under their answers, and Python has the same draft @smoke', async ({ notebook }) => {
    await notebook.open(COMPARE);
    await notebook.run();
    const view = notebook.view(1);
    const draft = view.locator('.rbv-draft');
    await expect(draft).toHaveCount(0);
    await view.getByRole('button', { name: 'Use for arithmetic (large)' }).click();
    await view.getByRole('button', { name: 'as fallback for arithmetic (small)' }).click();
    await expect(draft).toContainText('Arithmetic goes to large, else small');
    await expect(draft).toContainText('simulated, 1 prompt, quality not judged');
    await notebook.rerun(2);
    await expect(notebook.output(2)).toContainText('arithmetic goes to sim/large, else sim/small.');
  });

  test('a policy is finished in the panel, and saved beside the notebook', async ({ notebook }) => {
    await notebook.open([...COMPARE.slice(0, 2), 'import routebook as rb\nprint(rb.Policy.load("routes.yaml"))']);
    await notebook.start();
    await notebook.done(1);
    const view = notebook.view(1);
    const draft = view.locator('.rbv-draft');
    const { keyboard } = notebook.page;
    await view.getByRole('button', { name: 'Use for arithmetic (large)' }).focus();
    await keyboard.press('Enter');
    const model = draft.getByLabel('Model for everything else');
    await expect(draft.getByRole('button', { name: 'Save' })).toBeDisabled();
    await model.selectOption('sim/small');
    await draft.getByLabel('Fallback for everything else').selectOption('sim/large');
    const up = draft.getByRole('button', { name: 'Move up large for everything else' });
    await up.focus();
    await keyboard.press('Enter');
    await expect(draft).toContainText('Everything else goes to large, else small');
    await draft.getByRole('button', { name: 'Undo' }).click();
    await expect(draft).toContainText('Everything else goes to small, else large');
    const file = draft.getByLabel("File in the notebook's folder");
    await file.fill('../routes.yaml');
    await file.press('Enter');
    await expect(draft.getByRole('alert')).toContainText('is no name to save under');
    expect(existsSync(notebook.path('../routes.yaml'))).toBe(false);
    await file.fill('routes.yaml');
    await file.press('Enter');
    await expect(draft).toContainText('Saved:');
    expect(readFileSync(notebook.path('routes.yaml'), 'utf8')).toContain('models: [sim/small, sim/large]');
    await draft.getByRole('button', { name: 'Save' }).click();
    await expect(draft).toContainText('There is a routes.yaml already.');
    await draft.getByText('The file', { exact: true }).click();
    await notebook.screen('policy-saved');
    await notebook.rerun(2);
    await expect(notebook.output(2)).toContainText('Everything else goes to sim/small, else sim/large');
  });

  test('what was chosen is brought back when the kernel was restarted', async ({ notebook }) => {
    await notebook.open(['%load_ext routebook\nimport os\nprint("pid", os.getpid())', ...COMPARE.slice(1, 2), 'print(run.policy)']);
    await notebook.run();
    const view = notebook.view(1);
    const draft = view.locator('.rbv-draft');
    await view.getByRole('button', { name: 'Use for arithmetic (large)' }).click();
    await expect(draft).toContainText('Arithmetic goes to large');
    await notebook.kill();
    await notebook.rerun(0);
    await notebook.done(0);
    await view.getByRole('button', { name: 'as fallback for arithmetic (small)' }).click();
    await expect(draft).toContainText('has forgotten');
    await draft.getByRole('button', { name: 'Bring it back' }).click();
    await expect(draft).toContainText('Arithmetic goes to large');
  });

  test('it is legible and accessible, light, dark and in narrow columns', async ({ notebook }) => {
    await notebook.open([
      '%load_ext routebook',
      '%%compare sim/small sim/medium sim/large sim/reasoner --tag arithmetic --tag "mental arithmetic" --name run\nWhat is 17 * 27?',
      'import routebook as rb\nrun.score(rb.scorers.contains(), expected="459")\nrun.vote(rating=4, model="large")\n'
        + 'run.choose({"arithmetic": ["large", "small"], "mental arithmetic": "reasoner"}, default=["medium", "small"], name="desk", quality="contains")\nrun',
    ]);
    await notebook.run();
    const view = notebook.view(2);
    await view.getByRole('button', { name: 'More' }).click();
    await view.getByRole('button', { name: 'Policy draft' }).click();
    const draft = view.locator('.rbv-draft');
    await expect(draft).toContainText('quality 1.00');
    await draft.scrollIntoViewIfNeeded();
    await expectAccessible(notebook.page, '.rbv');
    await notebook.screen('policy-light');
    await notebook.dark();
    await expectAccessible(notebook.page, '.rbv');
    await notebook.screen('policy-dark');
    await notebook.page.setViewportSize({ width: 620, height: 1400 });
    await draft.scrollIntoViewIfNeeded();
    await notebook.screen('policy-narrow');
  });
});
