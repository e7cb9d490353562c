// A policy built by hand in a real notebook: slid, edited, saved, and read again when the kernel is gone.

import { existsSync, readFileSync } from 'node:fs';
import { expectAccessible } from '../support/axe';
import { builderIn, cells } from '../support/builder';
import { inEach } from '../support/hosts';
import { expect, test } from '../support/notebook';

inEach(() => {
  test('everything changes with the slider, edits are measured, and Python has the same policy @smoke', async ({ notebook }) => {
    await notebook.open(cells());
    await notebook.run();
    const builder = builderIn(notebook);
    const slider = builder.getByRole('slider');
    const rules = builder.getByRole('table', { name: /Rules/ });
    await expect(builder.getByRole('button', { name: 'Add as first rule' })).toBeVisible();
    await slider.focus();
    await slider.press('Home');
    await expect(rules).toContainText('Everything');
    await expect(slider).toHaveAttribute('aria-valuetext', /^Stop 1 of \d+: quality 0\.\d+ \(/);
    await notebook.rerun(2);
    await expect(notebook.output(2)).toContainText('Everything else goes to sim/small');
    await slider.press('End');
    await expect(builder.getByText(/^Stop (\d+) of \1$/)).toBeVisible();
    await slider.press('ArrowLeft');
    await builder.getByLabel('Tag', { exact: true }).selectOption('coding');
    await builder.getByLabel('Model of the new rule').selectOption('sim/small');
    await builder.getByRole('button', { name: 'Add as first rule' }).click();
    await expect(rules.getByRole('row').nth(1)).toContainText('If its tag is coding');
    await expect(rules.getByRole('row').nth(1)).toContainText('by hand');
    await expect(builder.getByText('edited by hand', { exact: true })).toBeVisible();
    await notebook.rerun(2);
    await expect(notebook.output(2)).toContainText('coding goes to sim/small');
    await builder.getByRole('button', { name: /^Back to stop/ }).click();
    await expect(builder.getByText('edited by hand', { exact: true })).toHaveCount(0);
    await builder.getByRole('button', { name: 'Undo' }).click();
    await expect(rules.getByRole('row').nth(1)).toContainText('If its tag is coding');
    await notebook.watch.expectSilence();
  });

  test('a policy is saved beside the notebook, and nothing is overwritten silently', async ({ notebook }) => {
    await notebook.open(cells(600));
    await notebook.run();
    const builder = builderIn(notebook);
    const file = builder.getByLabel("File in the notebook's folder");
    await expect(builder.getByRole('button', { name: 'Add as first rule' })).toBeVisible();
    await file.fill('../routes.yaml');
    await file.press('Enter');
    await expect(builder.getByRole('alert')).toContainText('is no name to save under');
    expect(existsSync(notebook.path('../routes.yaml'))).toBe(false);
    await file.fill('routes.yaml');
    await file.press('Enter');
    await expect(builder).toContainText('Saved:');
    expect(readFileSync(notebook.path('routes.yaml'), 'utf8')).toContain('name: desk');
    await builder.getByRole('button', { name: 'Save' }).click();
    await expect(builder).toContainText('There is a routes.yaml already.');
  });

  test('it is legible and accessible, light, dark and in narrow columns', async ({ notebook }) => {
    await notebook.open(cells());
    await notebook.run();
    const builder = builderIn(notebook);
    await builder.getByLabel('Tag', { exact: true }).selectOption({ index: 4 });
    await builder.getByRole('button', { name: 'Add as first rule' }).click();
    await expect(builder).toContainText('edited by hand');
    await notebook.page.setViewportSize({ width: 1280, height: 1500 });
    await builder.scrollIntoViewIfNeeded();
    await expectAccessible(notebook.page, '.rbp');
    await notebook.screen('builder-light');
    await notebook.dark();
    await expectAccessible(notebook.page, '.rbp');
    await notebook.screen('builder-dark');
    await notebook.page.setViewportSize({ width: 620, height: 1500 });
    await builder.scrollIntoViewIfNeeded();
    await notebook.screen('builder-narrow');
  });

  test('it goes on where it was when the page is loaded again', async ({ notebook }) => {
    await notebook.open(cells(600));
    await notebook.run();
    const builder = builderIn(notebook);
    await builder.getByRole('button', { name: 'Add as first rule' }).click();
    await expect(builder).toContainText('edited by hand');
    await notebook.save();
    await notebook.reopen();
    await expect(builder).toContainText('edited by hand', { timeout: 30_000 });
    await builder.getByRole('button', { name: 'Undo' }).click();
    await expect(builder).not.toContainText('edited by hand');
  });

  test('a saved builder can be read without its kernel', async ({ notebook }) => {
    await notebook.open(cells(600));
    await notebook.run();
    await expect(builderIn(notebook).getByRole('slider')).toBeVisible();
    await notebook.save();
    await notebook.noKernel();
    await notebook.reopen();
    await expect(notebook.output(1)).toContainText("Policy 'desk'", { timeout: 30_000 });
    await expect(notebook.output(1)).toContainText('held-out prompts');
    await expect(notebook.output(1)).not.toContainText('Error displaying widget');
    await notebook.screen('builder-saved');
  });
});
