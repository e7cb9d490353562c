// A run in a real kernel: it streams, can be stopped while its cell runs, and leaves something to read whatever happens.

import { readFileSync } from 'node:fs';
import { inEach } from '../support/hosts';
import { expect, test } from '../support/notebook';
import { FOLDER } from '../support/where';

inEach((host) => {
  test('answers stream in while the cell runs, and the widget is replaced in the end @smoke', async ({ notebook }) => {
    await notebook.open([
      '%load_ext routebook',
      '%%compare stage/held-1 stage/held-2 sim/small --no-cache --name run\nWait for streams-' + host,
      'print(len(run.frame), "rows")',
    ]);
    await notebook.start();
    const view = notebook.view(1);
    const card = view.locator('.rbv-card');
    await expect(card).toHaveCount(3);
    await expect(card.nth(0)).toContainText('It begins.');
    await expect(card.nth(1)).toContainText('streaming');
    await expect(card.nth(2)).not.toContainText(/queued|streaming/);
    await expect(view).toContainText('1 of 3 done');
    await notebook.screen('streaming');

    notebook.release(`streams-${host}`);
    await notebook.done(2);
    await expect(card.nth(0)).toContainText('It begins. It ends.');
    await expect(view).not.toContainText('streaming');
    await expect(notebook.output(2)).toContainText('3 rows');
    await notebook.save();
    const [output] = notebook.read().cells[1]?.outputs ?? [];
    expect(Object.keys(output?.data ?? {}).sort()).toEqual([
      'application/vnd.routebook.comparison.v1+json',
      'text/html',
      'text/plain',
    ]);
    expect(notebook.read().metadata).not.toHaveProperty('widgets');
    await notebook.watch.expectSilence();
  });

  test('one model is stopped while the others go on and the cell runs, then all @smoke', async ({ notebook }) => {
    await notebook.open([
      '%load_ext routebook\nimport stage',
      '%%compare stage/endless-a stage/endless-b stage/endless-c --no-cache --name run\nGo on.',
      'print(sorted(stage.closed))',
    ]);
    await notebook.start();
    const view = notebook.view(1);
    const card = (name: string) => view.locator('.rbv-card', { has: notebook.page.getByRole('heading', { name }) });
    await expect(card('endless-b')).toContainText('and on and on');
    await card('endless-b').getByRole('button', { name: 'Stop' }).click();
    await expect(card('endless-b').getByRole('button', { name: /stop/i })).toHaveCount(0);
    await expect(card('endless-a')).toContainText('streaming');
    await expect(notebook.cell(1).locator('.jp-InputPrompt').first()).toHaveText('[*]:');
    const before = (await card('endless-a').locator('.rbv-text').textContent())?.length ?? 0;
    await expect(async () => {
      expect((await card('endless-a').locator('.rbv-text').textContent())?.length).toBeGreaterThan(before);
    }).toPass();
    await notebook.screen('one-stopped');

    await view.getByRole('button', { name: 'Stop all' }).click();
    await notebook.done(2);
    await expect(notebook.output(2)).toContainText("['stage/endless-a', 'stage/endless-b', 'stage/endless-c']");
    await expect(card('endless-a')).toContainText('and on and on');
    await notebook.screen('all-stopped');
  });

  test('a kernel that dies in the middle leaves what had finished, and no broken widget', async ({ notebook }) => {
    await notebook.open([
      '%load_ext routebook\nimport os\nprint("pid", os.getpid())',
      '%%compare sim/small stage/endless-a --no-cache\nWhat is 17 * 33? For ' + host,
    ]);
    await notebook.start();
    const view = notebook.view(1);
    await expect(view).toContainText('1 of 2 done');
    await expect(view.locator('.rbv-card').nth(1)).toContainText('and on');
    const finished = await view.locator('.rbv-card').nth(0).locator('.rbv-text').textContent();
    await expect(async () => {
      await notebook.save();
      expect(notebook.saved(1)?.prompts[0]?.answers[0]?.phase).toBe('done');
    }).toPass();
    await notebook.kill();
    await expect(view.locator('.rbv-card').nth(0)).toContainText(finished ?? '-');
    await expect(view).not.toContainText('Stop all');
    await notebook.screen('killed');
    await notebook.save();
    await notebook.reopen();
    await expect(notebook.view(1).locator('.rbv-card').nth(0)).toContainText(finished ?? '-');
    await expect(notebook.output(1)).not.toContainText(/model not found|error displaying widget/i);
    await expect(notebook.view(1)).not.toContainText(/Stop|streaming/);
    await expect(notebook.view(1)).toContainText(/kernel ended/i);
    await notebook.screen('killed-reopened');
  });

  test('a run that goes on with an unfinished one has in its output what was there already', async ({ notebook }) => {
    await notebook.open([
      '%load_ext routebook\nimport os\nprint("pid", os.getpid())',
      '%%compare sim/small stage/endless-a --no-cache\nWhat is 17 * 43? For ' + host,
    ]);
    await notebook.start();
    const view = notebook.view(1);
    await expect(view).toContainText('1 of 2 done');
    await expect(view.locator('.rbv-card').nth(1)).toContainText('and on');
    await notebook.kill();

    await notebook.start();
    await expect(view).toContainText('1 of 2 answers was there already');
    await expect(async () => {
      await notebook.save();
      expect(notebook.saved(1).prompts[0]?.answers[0]?.phase).toBe('done');
    }).toPass({ timeout: 20_000 });
  });

  test('an interrupt keeps what came', async ({ notebook }) => {
    await notebook.open(['%load_ext routebook', '%%compare sim/small stage/endless-a --no-cache --name run\nWhat is 2 + 2?']);
    await notebook.start();
    const view = notebook.view(1);
    await expect(view.locator('.rbv-card').nth(1)).toContainText('and on');
    await expect(view).toContainText('1 of 2 done');
    await notebook.interrupt();
    await notebook.done(1);
    await expect(view.locator('.rbv-card').nth(1)).toContainText('and on');
    await expect(view).toContainText(/interrupted/i);
    await notebook.screen('interrupted');
  });

  test('a page that is loaded anew while the run goes on says nothing wrong about it', async ({ notebook }) => {
    const word = `reload-${host}`;
    await notebook.open(['%load_ext routebook', `%%compare stage/held-1 sim/small --no-cache\nWait for ${word}`]);
    await notebook.start();
    const view = notebook.view(1);
    await expect(view).toContainText('1 of 2 done');
    await expect(async () => {
      await notebook.save();
      expect(notebook.saved(1).prompts[0]?.answers[1]?.phase).toBe('done');
    }).toPass();
    await notebook.reopen();
    await expect(view.locator('.rbv-card')).toHaveCount(2);
    await expect(view.getByRole('button', { name: 'Stop all' })).toHaveCount(0);
    await notebook.screen('reloaded-in-the-middle');
    await expect(view).not.toContainText('The kernel ended');
    await expect(view.locator('.rbv-card').nth(0)).not.toContainText('Not asked');
    notebook.release(word);
  });

  test('a run in the background streams while other cells run', async ({ notebook }) => {
    const word = `background-${host}`;
    await notebook.open([
      '%load_ext routebook',
      `%%compare stage/held-1 sim/small --no-cache --background --name run\nWait for ${word}`,
      'print("meanwhile")',
    ]);
    await notebook.run();
    await expect(notebook.output(2)).toContainText('meanwhile');
    await expect(notebook.view(1).locator('.rbv-card').nth(0)).toContainText('It begins.');
    notebook.release(word);
    await expect(notebook.view(1).locator('.rbv-card').nth(0)).toContainText('It ends.');
    await expect(notebook.view(1)).not.toContainText('streaming');
  });
});

test('the store on disk is the test server\'s own', () => {
  expect(readFileSync(`${FOLDER()}/store.sqlite3`).subarray(0, 15).toString()).toBe('SQLite format 3');
});
