// Opens the view alone on a plain page, without any server.

import { build } from 'esbuild';
import { resolve } from 'node:path';
import { test as base, type Page } from '@playwright/test';
import type { Ask, Changes, Comparison } from '../../src/messages';
import { Watch } from './watch';

const HERE = 'http://view.localhost/';

interface Built {
  script: string;
  style: string;
}

async function bundle(): Promise<Built> {
  const { outputFiles } = await build({
    entryPoints: [resolve(__dirname, 'harness.ts')],
    tsconfig: resolve(__dirname, '../../tsconfig.json'),
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    outdir: 'out',
    write: false,
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  const text = (end: string): string => outputFiles.find(({ path }) => path.endsWith(end))?.text ?? '';
  return { script: text('.js'), style: text('.css') };
}

export class ViewPage {
  constructor(
    readonly page: Page,
    readonly watch: Watch,
  ) {}

  show(comparison: Comparison, seq?: number): Promise<void> {
    return this.page.evaluate(([shown, number]) => { window.harness.show(shown, number); }, [comparison, seq] as const);
  }

  apply(message: Changes): Promise<'ok' | 'gap'> {
    return this.page.evaluate((sent) => window.harness.apply(sent), message);
  }

  asked(): Promise<Ask[]> {
    return this.page.evaluate(() => window.harness.asked);
  }
}

export const test = base.extend<{ view: ViewPage }, { built: Built }>({
  built: [
    async ({}, use) => {
      await use(await bundle());
    },
    { scope: 'worker' },
  ],
  view: async ({ page, built }, use) => {
    const watch = await Watch.on(page, (url) => url === HERE);
    await page.route('**/*', (route) =>
      route.request().url() === HERE
        ? route.fulfill({
            contentType: 'text/html; charset=utf-8',
            body: `<!doctype html><html lang="en"><head><title>view</title><style>${built.style}</style><style>
              body{margin:16px;background:#fff}@media(prefers-color-scheme:dark){body{background:#111}}</style></head>
              <body><main id="here"></main><script>${built.script.replaceAll('</script', '<\\/script')}</script></body></html>`,
          })
        : route.abort(),
    );
    await page.goto(HERE);
    watch.settled();
    await use(new ViewPage(page, watch));
  },
});
export { expect } from '@playwright/test';
