// A notebook in real JupyterLab or real Notebook 7, each test with a folder and kernels of its own (Galata's fixtures).

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, galata, test as base, type IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { ISessionContext } from '@jupyterlab/apputils';
import type { Locator } from '@playwright/test';
import { COMPARISON_MIME, type Comparison } from '../../src/messages';
import { Watch } from './watch';
import { FOLDER, SCREENS } from './where';

export type Host = 'lab' | 'notebook';

export interface Output {
  output_type: string;
  data?: Record<string, unknown>;
  metadata?: Record<string, unknown>;
  text?: string;
  name?: string;
}
export interface Cell {
  cell_type: 'code' | 'markdown';
  source: string;
  metadata: Record<string, unknown>;
  outputs?: Output[];
  execution_count?: number | null;
}
interface Document {
  cells: Cell[];
  metadata: Record<string, unknown>;
  nbformat: number;
  nbformat_minor: number;
}

const ENDED = /\[\d+\]:/;

export class Notebook {
  constructor(
    readonly page: IJupyterLabPageFixture,
    readonly watch: Watch,
    readonly host: Host,
    readonly folder: string,
  ) {}

  /** Write a notebook of these cells and open it. What has outputs was not made by this user: it is not trusted. */
  async open(cells: (string | Cell)[], name = 'test.ipynb'): Promise<void> {
    this.write(cells, name);
    await this.reopen(name);
  }

  write(cells: (string | Cell)[], name = 'test.ipynb'): void {
    const document: Document = {
      cells: cells.map((cell) => (typeof cell === 'string' ? code(cell) : cell)),
      metadata: { kernelspec: { name: 'python3', display_name: 'Python 3 (ipykernel)', language: 'python' } },
      nbformat: 4,
      nbformat_minor: 4,
    };
    mkdirSync(`${FOLDER()}/root/${this.folder}`, { recursive: true });
    writeFileSync(this.path(name), JSON.stringify(document));
  }

  async reopen(name = 'test.ipynb'): Promise<void> {
    const page = this.host === 'lab' ? `tree/${this.folder}/${name}?reset` : `notebooks/${this.folder}/${name}`;
    await this.page.goto(page);
  }

  read(name = 'test.ipynb'): Document {
    return JSON.parse(readFileSync(this.path(name), 'utf8')) as Document;
  }

  /** The saved comparison of a cell. */
  saved(cell: number, name?: string): Comparison {
    const output = this.read(name).cells[cell]?.outputs?.find(({ data }) => data && COMPARISON_MIME in data);
    return output?.data?.[COMPARISON_MIME] as Comparison;
  }

  path(name: string): string {
    return `${FOLDER()}/root/${this.folder}/${name}`;
  }

  execute(command: string, args: Record<string, string> = {}): Promise<void> {
    return this.page.evaluate(
      async ([id, given]) => {
        await window.jupyterapp.commands.execute(id, given);
      },
      [command, args] as const,
    );
  }

  /** Start all cells, without waiting for their end. */
  async start(): Promise<void> {
    await this.page.evaluate(() => {
      void window.jupyterapp.commands.execute('notebook:run-all-cells');
    });
  }

  /** Run all cells to their end. */
  async run(): Promise<void> {
    await this.start();
    const last = this.page.locator('.jp-Notebook .jp-CodeCell').last();
    const failed = this.page.locator('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]');
    await expect(last.locator('.jp-InputPrompt', { hasText: ENDED }).or(failed).first()).toBeVisible({ timeout: 60_000 });
    await expect(failed).toHaveCount(0);
  }

  /** Run one cell again. */
  async rerun(cell: number): Promise<void> {
    await this.cell(cell).locator('.jp-InputPrompt').first().click();
    await this.execute('notebook:run-cell');
  }

  /** Wait for a cell's end. */
  async done(cell: number): Promise<void> {
    await expect(this.cell(cell).locator('.jp-InputPrompt').first()).toHaveText(ENDED, { timeout: 60_000 });
  }

  async save(): Promise<void> {
    await this.execute('docmanager:save');
  }

  cell(index: number): Locator {
    return this.page.locator('.jp-Notebook .jp-CodeCell').nth(index);
  }

  output(index: number): Locator {
    return this.cell(index).locator('.jp-Cell-outputArea');
  }

  /** The view in a cell's output. */
  view(index: number): Locator {
    return this.output(index).locator('.rbv');
  }

  async dark(): Promise<void> {
    await this.execute('apputils:change-theme', { theme: 'JupyterLab Dark' });
    await expect(this.page.locator('body')).toHaveAttribute('data-jp-theme-light', 'false');
  }

  /** As its button does, around Galata's bookkeeping, which expects an answer with a body. */
  async interrupt(): Promise<void> {
    const kernels = (await (await this.page.request.get('/api/sessions')).json()) as { path: string; kernel: { id: string } }[];
    const id = kernels.find(({ path }) => path.startsWith(this.folder))?.kernel.id;
    expect((await this.page.request.post(`/api/kernels/${id}/interrupt`)).ok()).toBe(true);
  }

  /** Kill the kernel whose first cell printed its `pid`, and wait until it has been started anew. */
  async kill(): Promise<void> {
    const pid = /pid (\d+)/.exec((await this.output(0).textContent()) ?? '')?.[1];
    process.kill(Number(pid), 'SIGKILL');
    const dialog = this.page.locator('.jp-Dialog');
    await expect(dialog).toBeVisible();
    await dialog.getByRole('button').last().click();
    await expect(dialog).toHaveCount(0);
  }

  async noKernel(): Promise<void> {
    await this.page.evaluate(() => window.jupyterapp.serviceManager.sessions.shutdownAll());
  }

  async screen(name: string): Promise<void> {
    await this.page.screenshot({ path: `${SCREENS}/${this.host}-${name}.png` });
  }

  /** Let a `stage/held` model that was asked with this word go on. */
  release(word: string): void {
    expect(existsSync(`${FOLDER()}/${word}`)).toBe(false);
    writeFileSync(`${FOLDER()}/${word}`, '');
  }
}

export const code = (source: string, outputs: Output[] = []): Cell => ({
  cell_type: 'code',
  source,
  metadata: {},
  outputs,
  execution_count: outputs.length ? 1 : null,
});

export const test = base.extend<{ host: Host; notebook: Notebook }>({
  host: ['lab', { option: true }],
  appPath: async ({ host }, use) => {
    await use(host === 'lab' ? '/lab' : '');
  },
  autoGoto: false,
  mockSettings: {
    ...galata.DEFAULT_SETTINGS,
    '@jupyterlab/apputils-extension:notification': { checkForUpdates: false, fetchNews: 'false' },
  },
  waitForApplication: async ({}, use) => {
    await use(async (page) => {
      await page.locator('#jupyterlab-splash').waitFor({ state: 'detached' });
      await page.locator('.jp-Notebook .jp-Cell').first().waitFor();
      await page.waitForFunction(() => {
        // What `sessionContext` is on: the notebook's panel, which the shells type as any widget.
        const panel = window.jupyterapp.shell.currentWidget as { sessionContext?: ISessionContext } | null;
        const kernel = panel?.sessionContext?.session?.kernel;
        // One that is at work says nothing to a page that has just come.
        return kernel?.status === 'idle' || (kernel?.status === 'unknown' && kernel.connectionStatus === 'connected');
      });
    });
  },
  notebook: async ({ page, host, tmpPath }, use) => {
    const watch = await Watch.on(page);
    await use(new Notebook(page, watch, host, tmpPath));
  },
});
export { expect } from '@jupyterlab/galata';
