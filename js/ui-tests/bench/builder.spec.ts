// How quick a policy builder is: `make bench-view` prints the table. Nothing is asserted but that there was something to measure.

import { builderIn, cells } from '../support/builder';
import { expect, test } from '../support/notebook';
import { note, quantile } from './figures';

const STEPS = 100;

test('a builder of 2,000 held-out prompts', async ({ notebook }) => {
  await notebook.open(cells(6000));
  await notebook.run();
  const builder = builderIn(notebook);
  const slider = builder.getByRole('slider');
  await expect(builder.getByRole('button', { name: 'Add as first rule' })).toBeVisible();
  const drags = await slider.evaluate(async (element: HTMLInputElement, steps) => {
    const times: number[] = [];
    for (let step = 0; step < steps; step++) {
      const began = performance.now();
      element.value = String(step % (Number(element.max) + 1));
      element.dispatchEvent(new Event('input', { bubbles: true }));
      // Drawn: the frame after the one in which it was laid out.
      await new Promise<void>((done) => requestAnimationFrame(() => { setTimeout(done, 0); }));
      times.push(performance.now() - began);
    }
    return times;
  }, STEPS);
  note('builder: one step of the slider, drawn, median', quantile(drags, 0.5), 'ms', '< 33');
  note('builder: the same, 95 of 100 within', quantile(drags, 0.95), 'ms', '');
  await slider.blur();
  await notebook.page.waitForTimeout(500);
  const trips = await builder.evaluate(async (root, steps) => {
    const times: number[] = [];
    for (let step = 0; step < steps; step++) {
      const select = root.querySelector<HTMLSelectElement>('.rbp-rules tbody tr:last-child .rbp-who select');
      const table = root.querySelector('.rbp-rules');
      if (!select || !table) throw new Error('no rules');
      const began = performance.now();
      const changed = new Promise<void>((done) => {
        const watch = new MutationObserver(() => {
          watch.disconnect();
          done();
        });
        watch.observe(table, { childList: true, subtree: true, characterData: true, attributes: true });
      });
      select.selectedIndex = (select.selectedIndex + 1) % select.options.length;
      select.dispatchEvent(new Event('change', { bubbles: true }));
      await changed;
      times.push(performance.now() - began);
      await new Promise((later) => setTimeout(later, 150));
    }
    return times;
  }, 30);
  note('builder: an edit to its figures, 2,000 held-out prompts, median', quantile(trips, 0.5), 'ms', '< 500');
  note('builder: the same, 95 of 100 within', quantile(trips, 0.95), 'ms', '');
});
