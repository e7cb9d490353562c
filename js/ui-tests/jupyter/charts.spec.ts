// Charts without a network: ours, and any that Altair makes, drawn by our renderer of Vega-Lite 6.

import { inEach } from '../support/hosts';
import { isLoopback } from '../support/watch';
import { expect, test } from '../support/notebook';

inEach(() => {
  test('our charts and a plain Altair chart are drawn, and nothing leaves this machine @smoke', async ({ notebook }) => {
    const far: string[] = [];
    notebook.page.on('request', (request) => {
      if (!isLoopback(request.url())) far.push(request.url());
    });
    await notebook.open([
      '%load_ext routebook\nimport routebook as rb, altair as alt, pandas as pd\nalt.renderers.enable("mimetype")',
      'run = rb.compare(["What is 2 + 2?", "What is 3 * 3?"], models=["sim/small", "sim/large"], repeats=3)\nrun',
      'run.charts.cost()',
      'run.charts.latency()',
      'run.charts.tradeoff()',
      'run.charts.timeline()',
      'alt.Chart(pd.DataFrame({"a": ["x", "y"], "b": [1, 2]})).mark_bar().encode(x="a", y="b", tooltip="b")',
    ]);
    await notebook.run();
    for (const cell of [2, 3, 4, 5, 6]) {
      const drawn = notebook.output(cell).locator('svg.marks, canvas.marks').first();
      await drawn.scrollIntoViewIfNeeded();
      await expect(drawn, `cell ${cell}`).toBeVisible();
    }
    await notebook.screen('charts');
    await notebook.dark();
    await expect(notebook.output(6).locator('svg.marks, canvas.marks').first()).toBeVisible();
    await notebook.screen('charts-dark');
    await notebook.save();
    expect(far).toEqual([]);
    await notebook.watch.expectSilence();
  });

  test('a chart from a notebook that is not trusted fetches nothing and runs nothing', async ({ notebook }) => {
    const spec = {
      $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
      data: { url: 'https://evil.example/data.csv' },
      mark: 'bar',
      encoding: { x: { field: 'a' }, href: { value: 'javascript:top.__pwned=1' }, url: { value: 'https://evil.example/i.png' } },
      usermeta: { embedOptions: { loader: { baseURL: 'https://evil.example/' }, actions: true, theme: 'dark', config: 'https://evil.example/config.json', patch: 'https://evil.example/patch.json' } },
    };
    const signal = { data: { values: [{ a: 1 }] }, mark: 'bar', params: [{ name: 'p', expr: "constructor.constructor('top.__pwned=1')() || top.__pwned" }] };
    const image = { data: { values: [{ a: 1 }] }, mark: { type: 'image', url: 'https://evil.example/mark.png' }, encoding: { x: { field: 'a' } } };
    const mime = 'application/vnd.vegalite.v6.json';
    await notebook.open(
      [spec, image, signal].map((one) => ({
        cell_type: 'code' as const,
        source: '1',
        metadata: {},
        execution_count: 1,
        outputs: [{ output_type: 'display_data', data: { [mime]: one, 'text/plain': 'plain' }, metadata: {} }],
      })),
    );
    await expect(notebook.output(0)).toContainText(/\w/);
    await expect(notebook.output(1).locator('svg.marks, canvas.marks')).toBeVisible();
    await expect(notebook.output(2)).toContainText(/cannot be drawn/i);
    await notebook.screen('charts-hostile');
    await notebook.watch.expectSilence();
  });
});
